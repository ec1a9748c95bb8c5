package pinflow.lake;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pinflow.lake.expect.Expectation;

/** A further line on standard input (contracts/lake-job.md). */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "job")
@JsonSubTypes({
  @JsonSubTypes.Type(name = "daily", value = Command.Daily.class),
  @JsonSubTypes.Type(name = "replay", value = Command.Replay.class),
  @JsonSubTypes.Type(name = "compact", value = Command.Compact.class),
  @JsonSubTypes.Type(name = "vacuum", value = Command.Vacuum.class),
  @JsonSubTypes.Type(name = "compare", value = Command.Compare.class),
  @JsonSubTypes.Type(name = "sql", value = Command.Sql.class),
  @JsonSubTypes.Type(name = "script", value = Command.Script.class),
  @JsonSubTypes.Type(name = "exit", value = Command.Exit.class)
})
sealed interface Command {
  /**
   * Takes in what is new and answers the questions anew.
   *
   * @param expectations held against the tables then
   */
  record Daily(@Nullable List<Expectation> expectations) implements Command {}

  /**
   * Sends quarantined events through the rules again: those of a file, with its texts, or those
   * that break {@code rule}, are meant for {@code table} and are among {@code events}, each as far
   * as it is given.
   */
  record Replay(
      @Nullable String rule,
      @Nullable String table,
      @Nullable List<String> events,
      @Nullable Path file,
      @Nullable List<Expectation> expectations)
      implements Command {}

  /** Writes small files of the tables together. */
  record Compact() implements Command {}

  /** Deletes files that no version of the last {@code hours} needs. */
  record Vacuum(@JsonProperty(required = true) double hours) implements Command {}

  /**
   * Holds the live way's rows against the daily job's.
   *
   * @param limit about how many differences to return; all are counted
   */
  record Compare(@JsonProperty(required = true) int limit) implements Command {}

  /**
   * Asks the tables.
   *
   * @param limit the most rows to return
   */
  record Sql(@JsonProperty(required = true) String query, @JsonProperty(required = true) int limit)
      implements Command {}

  /**
   * Asks the tables with the statements of a file, one after the other.
   *
   * @param text the statements, a semicolon after each
   * @param limit the most rows of the last one to return
   */
  record Script(
      @JsonProperty(required = true) String text, @JsonProperty(required = true) int limit)
      implements Command {}

  /** Ends the process. */
  record Exit() implements Command {}
}
