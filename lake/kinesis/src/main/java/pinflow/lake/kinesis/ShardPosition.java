package pinflow.lake.kinesis;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * How far a shard has been read.
 *
 * <p>{@code until} is a time in milliseconds since 1970: all that had arrived by then, and was to
 * be read, has been. So nothing can have been lost unnoticed before the stream's retention has gone
 * by since then.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "at")
@JsonSubTypes({
  @JsonSubTypes.Type(name = "trim_horizon", value = ShardPosition.TrimHorizon.class),
  @JsonSubTypes.Type(name = "timestamp", value = ShardPosition.AtTimestamp.class),
  @JsonSubTypes.Type(name = "after", value = ShardPosition.After.class),
  @JsonSubTypes.Type(name = "end", value = ShardPosition.Ended.class)
})
@JsonInclude(JsonInclude.Include.NON_NULL)
sealed interface ShardPosition extends Serializable {
  /** Nothing is read yet; the first record there is will be the first. */
  record TrimHorizon(@JsonProperty(required = true) long until) implements ShardPosition {}

  /**
   * Nothing is read yet; the first record to have arrived at a time or later will be the first.
   *
   * @param timestamp in milliseconds since 1970
   */
  record AtTimestamp(
      @JsonProperty(required = true) long timestamp, @JsonProperty(required = true) long until)
      implements ShardPosition {}

  /** Read up to and with a record. */
  record After(
      @JsonProperty(required = true) String sequenceNumber,
      @JsonProperty(required = true) long until)
      implements ShardPosition {}

  /**
   * Read to the end of the shard, which was split or merged.
   *
   * @param sequenceNumber its last record's; null if it had none
   */
  record Ended(@Nullable String sequenceNumber) implements ShardPosition {
    @Override
    public long until() {
      return Long.MAX_VALUE;
    }
  }

  /** Of what has arrived by then all is read, in milliseconds since 1970. */
  long until();

  /** The sequence number of the last record read; null if none is. */
  default @Nullable String last() {
    if (this instanceof After after) {
      return after.sequenceNumber();
    }
    return this instanceof Ended ended ? ended.sequenceNumber() : null;
  }

  /** As {@link #last}, to compare; below every sequence number if no record is read. */
  default BigInteger lastNumber() {
    String last = last();
    return last == null ? BigInteger.ONE.negate() : new BigInteger(last);
  }

  default boolean ended() {
    return this instanceof Ended;
  }

  /** Here or at a later time, whatever is known. */
  default ShardPosition knownUntil(long time) {
    if (this instanceof TrimHorizon horizon) {
      return new TrimHorizon(Math.max(horizon.until(), time));
    }
    if (this instanceof AtTimestamp at) {
      return new AtTimestamp(at.timestamp(), Math.max(at.until(), time));
    }
    if (this instanceof After after) {
      return new After(after.sequenceNumber(), Math.max(after.until(), time));
    }
    return this;
  }
}
