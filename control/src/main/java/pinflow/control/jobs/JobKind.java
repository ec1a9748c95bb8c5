package pinflow.control.jobs;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a job does. */
public enum JobKind {
  /** Batch, clean, answers: what is new in the store, into the tables. */
  @JsonProperty("daily")
  DAILY("daily", Map.of("posts", ""), List.of()),
  /** Small files of the tables written together. */
  @JsonProperty("compact")
  COMPACT("compact", Map.of(), List.of()),
  /** Files deleted that only old versions of the tables need. */
  @JsonProperty("vacuum")
  VACUUM("vacuum", Map.of("keep", "168"), List.of()),
  /** Every offset looked for at every hop. */
  @JsonProperty("audit")
  AUDIT("audit", Map.of(), List.of()),
  /** A user's file of SQL statements. */
  @JsonProperty("spark-sql")
  SPARK_SQL("spark-sql", Map.of(), List.of("file")),
  /** A user's program for Spark. */
  @JsonProperty("jar")
  JAR("jar", Map.of(), List.of("jar", "main"));

  private final String text;
  private final Map<String, String> defaults;
  private final List<String> required;

  /**
   * @param defaults its parameters and what holds when they are not given; empty for nothing
   * @param required parameters that a job of this kind must set
   */
  JobKind(String text, Map<String, String> defaults, List<String> required) {
    this.text = text;
    this.defaults = defaults;
    this.required = required;
  }

  /** That of a name, if there is one. */
  public static Optional<JobKind> of(String text) {
    return Arrays.stream(values()).filter(kind -> kind.text.equals(text)).findFirst();
  }

  /** As it stands in {@code pinflow.yaml} and after {@code pinflow job}. */
  public String text() {
    return text;
  }

  /** Whether a job of this kind may have the parameter; a program takes what it likes. */
  public boolean takes(String parameter) {
    return this == JAR || defaults.containsKey(parameter) || required.contains(parameter);
  }

  Map<String, String> defaults() {
    return defaults;
  }

  List<String> required() {
    return required;
  }
}
