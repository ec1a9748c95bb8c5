package pinflow.gateway.kinesis;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.math.BigInteger;

/**
 * A change of a stream that was accepted and is being carried out. It is kept with the stream's
 * state, so that a gateway that starts carries on what another one began.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Change.Create.class, name = "create"),
  @JsonSubTypes.Type(value = Change.Delete.class, name = "delete"),
  @JsonSubTypes.Type(value = Change.Split.class, name = "split"),
  @JsonSubTypes.Type(value = Change.Merge.class, name = "merge"),
  @JsonSubTypes.Type(value = Change.Scale.class, name = "scale"),
  @JsonSubTypes.Type(value = Change.Retain.class, name = "retain"),
})
sealed interface Change {
  /** The topic is to be made. */
  record Create() implements Change {}

  /** The topic is to be deleted. */
  record Delete() implements Change {}

  /**
   * @param at where the upper child begins
   */
  record Split(int shard, BigInteger at) implements Change {}

  record Merge(int lower, int upper) implements Change {}

  /**
   * @param shards how many equal ones there shall be
   */
  record Scale(int shards) implements Change {}

  /**
   * @param hours how long records are to be kept
   */
  record Retain(int hours) implements Change {}
}
