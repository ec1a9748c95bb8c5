package pinflow.control.jobs;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Something that can be run, by its name.
 *
 * @param parameters each with the value that holds when a run gives none
 * @param timeout of one attempt
 * @param retries how often a run that failed is begun again by itself
 * @param backoff before the first retry; each later one waits twice as long, an hour at most
 * @param concurrency how many of its runs may run at one time
 * @param whenBusy what becomes of a run beyond these
 */
public record Job(
    String name,
    JobKind kind,
    Map<String, String> parameters,
    Duration timeout,
    int retries,
    Duration backoff,
    @Nullable JobSchedule schedule,
    int concurrency,
    WhenBusy whenBusy,
    @Nullable OnFailure onFailure) {
  /** As they stand in {@code pinflow.yaml}. */
  public static final List<String> KEYS =
      List.of(
          "name",
          "kind",
          "parameters",
          "timeout",
          "retries",
          "backoff",
          "schedule",
          "concurrency",
          "when-busy",
          "on-failure");

  private static final Duration LONGEST_BACKOFF = Duration.ofHours(1);
  private static final Duration LONGEST_TIMEOUT = Duration.ofDays(30);

  /** What becomes of a run for which there is no room. */
  public enum WhenBusy {
    /** It stays QUEUED. */
    @JsonProperty("wait")
    WAIT,
    /** It ends SKIPPED. */
    @JsonProperty("skip")
    SKIP
  }

  /**
   * @throws IllegalArgumentException naming the key that is wrong
   */
  public Job {
    require(
        name.matches("[a-z0-9][a-z0-9_-]{0,63}"),
        "name is \"%s\"; it must be 1 to 64 of a-z, 0-9, - and _",
        name);
    Map<String, String> all = new TreeMap<>(kind.defaults());
    all.putAll(parameters);
    for (String parameter : all.keySet()) {
      require(
          parameter.matches("[A-Za-z][A-Za-z0-9_-]{0,63}"),
          "parameters has \"%s\"; a parameter's name is 1 to 64 letters, digits, - and _",
          parameter);
    }
    for (String needed : kind.required()) {
      require(
          !all.getOrDefault(needed, "").isBlank(),
          "parameters.%s is missing; a job of kind %s needs it",
          needed,
          kind.text());
    }
    parameters = java.util.Collections.unmodifiableMap(all);
    require(
        timeout.toMillis() >= 1000 && timeout.compareTo(LONGEST_TIMEOUT) <= 0,
        "timeout is %s; it must be 1s to 30 days",
        timeout);
    require(retries >= 0 && retries <= 100, "retries is %s; it must be 0 to 100", retries);
    require(
        !backoff.isNegative() && backoff.compareTo(LONGEST_BACKOFF) <= 0,
        "backoff is %s; it must be 0s to 1h",
        backoff);
    require(
        concurrency >= 1 && concurrency <= 32,
        "concurrency is %s; it must be 1 to 32",
        concurrency);
  }

  /** With the defaults of everything else. */
  public static Job of(String name, JobKind kind) {
    return of(name, kind, null, null, null, null, null, null, null, null);
  }

  /** As it stands in {@code pinflow.yaml}; what is not said has its default. */
  @JsonCreator
  public static Job of(
      @JsonProperty("name") @Nullable String name,
      @JsonProperty("kind") @Nullable JobKind kind,
      @JsonProperty("parameters") @Nullable Map<String, String> parameters,
      @JsonProperty("timeout") @Nullable Duration timeout,
      @JsonProperty("retries") @Nullable Integer retries,
      @JsonProperty("backoff") @Nullable Duration backoff,
      @JsonProperty("schedule") @Nullable JobSchedule schedule,
      @JsonProperty("concurrency") @Nullable Integer concurrency,
      @JsonProperty("when-busy") @Nullable WhenBusy whenBusy,
      @JsonProperty("on-failure") @Nullable OnFailure onFailure) {
    if (name == null) {
      throw new IllegalArgumentException("name is missing; each job has one, such as daily");
    }
    return new Job(
        name,
        kind == null ? kindOf(name) : kind,
        parameters == null ? Map.of() : parameters,
        timeout == null ? Duration.ofHours(6) : timeout,
        retries == null ? 2 : retries,
        backoff == null ? Duration.ofSeconds(10) : backoff,
        schedule,
        concurrency == null ? 1 : concurrency,
        whenBusy == null ? WhenBusy.WAIT : whenBusy,
        onFailure);
  }

  private static JobKind kindOf(String name) {
    return JobKind.of(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "kind is missing; job %s is one of daily, compact, vacuum, audit, spark-sql, jar"
                        .formatted(name)));
  }

  /** How long a run waits before it is begun again for the {@code nth} time. */
  public Duration backoff(int nth) {
    long factor = 1L << Math.min(nth - 1, 20);
    return backoff.compareTo(LONGEST_BACKOFF.dividedBy(factor)) > 0
        ? LONGEST_BACKOFF
        : backoff.multipliedBy(factor);
  }

  /** Its parameters with the given ones in place of their defaults; unknown ones are left out. */
  public Map<String, String> with(Map<String, String> given) {
    Map<String, String> all = new TreeMap<>(parameters);
    all.replaceAll((parameter, value) -> given.getOrDefault(parameter, value));
    return all;
  }

  /** Those that it does not have. */
  public List<String> unknown(Map<String, String> given) {
    TreeSet<String> names = new TreeSet<>(given.keySet());
    names.removeAll(parameters.keySet());
    return List.copyOf(names);
  }

  private static void require(boolean holds, String message, Object... values) {
    if (!holds) {
      throw new IllegalArgumentException(message.formatted(values));
    }
  }
}
