package pinflow.lake.expect;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.math.BigDecimal;

/** What is expected of the tables (contracts/lake-job.md). */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(name = "not-null", value = Expectation.NotNull.class),
  @JsonSubTypes.Type(name = "between", value = Expectation.Between.class),
  @JsonSubTypes.Type(name = "ind-in", value = Expectation.IndIn.class),
  @JsonSubTypes.Type(
      name = "quarantined-share-below",
      value = Expectation.QuarantinedShareBelow.class)
})
public sealed interface Expectation {
  /** {@code flag} or {@code fail}: for whoever asked, a run ends well in either case. */
  String onFailure();

  /** In words, as the end of a sentence. */
  String words();

  /** No row has null in a column. */
  record NotNull(
      @JsonProperty(required = true) String table,
      @JsonProperty(required = true) String column,
      @JsonProperty(required = true) String onFailure)
      implements Expectation {
    @Override
    public String words() {
      return "%s.%s is not null".formatted(table, column);
    }
  }

  /** A number lies in a range, both ends included, in each row that has one. */
  record Between(
      @JsonProperty(required = true) String table,
      @JsonProperty(required = true) String column,
      @JsonProperty(required = true) BigDecimal least,
      @JsonProperty(required = true) BigDecimal most,
      @JsonProperty(required = true) String onFailure)
      implements Expectation {
    @Override
    public String words() {
      return "%s.%s is between %s and %s"
          .formatted(table, column, least.toPlainString(), most.toPlainString());
    }
  }

  /** Another table has a row of each {@code ind}. */
  record IndIn(
      @JsonProperty(required = true) String table,
      @JsonProperty(required = true) String other,
      @JsonProperty(required = true) String onFailure)
      implements Expectation {
    @Override
    public String words() {
      return "each ind of %s is in %s".formatted(table, other);
    }
  }

  /** Of all events fewer than so many percent are in quarantine. */
  record QuarantinedShareBelow(
      @JsonProperty(required = true) BigDecimal percent,
      @JsonProperty(required = true) String onFailure)
      implements Expectation {
    @Override
    public String words() {
      return "less than %s %% of all events are in quarantine".formatted(percent.toPlainString());
    }
  }
}
