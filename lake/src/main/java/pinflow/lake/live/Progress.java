package pinflow.lake.live;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.spark.sql.streaming.StreamingQueryProgress;
import org.jspecify.annotations.Nullable;

/** What is to be told of one stream's query (contracts/lake-job.md). Safe for several threads. */
final class Progress {
  /** A query's state. */
  enum State {
    /** Not there yet, or just begun. */
    STARTING,
    RUNNING,
    /** It ended with an error, and is started again in a while. */
    FAILED
  }

  private final String stream;
  private final Latencies latencies = new Latencies();
  private State state = State.STARTING;
  private long events;
  private long rows;
  private long quarantined;
  private @Nullable Long batch;
  private @Nullable Instant committed;
  private @Nullable String error;
  private @Nullable Instant errorAt;
  private long waiting;
  private long behind;
  private boolean told;

  Progress(String stream) {
    this.stream = stream;
  }

  /** What the tables hold when a query begins. */
  synchronized void begins(long events, long rows, long quarantined) {
    this.events = events;
    this.rows = rows;
    this.quarantined = quarantined;
    state = State.RUNNING;
    told = false;
  }

  /**
   * A batch is in the tables.
   *
   * @param arrivals of the records that became rows, in milliseconds since 1970
   * @param committed when the rows were
   */
  synchronized void commits(
      long batch, long events, long rows, long quarantined, List<Long> arrivals, Instant at) {
    this.events += events;
    this.rows += rows;
    this.quarantined += quarantined;
    this.batch = batch;
    this.committed = at;
    arrivals.forEach(arrival -> latencies.add(Math.max(0, at.toEpochMilli() - arrival)));
    state = State.RUNNING;
    told = false;
  }

  /** A batch is over, or there is none for a while. */
  synchronized void has(StreamingQueryProgress progress) {
    if (progress.sources().length == 0) {
      return;
    }
    Map<String, String> metrics = progress.sources()[0].metrics();
    long nowWaiting = Long.parseLong(metrics.getOrDefault("recordsWaiting", "0"));
    long nowBehind =
        Math.max(
            Long.parseLong(metrics.getOrDefault("millisWaiting", "0")),
            Long.parseLong(metrics.getOrDefault("millisBehindLatest", "0")));
    told &= waiting == nowWaiting && behind == nowBehind;
    waiting = nowWaiting;
    behind = nowBehind;
  }

  synchronized void fails(String message) {
    if (state != State.FAILED || !message.equals(error)) {
      errorAt = Instant.now();
      told = false;
    }
    state = State.FAILED;
    error = message;
  }

  /** What is to be told, if it has changed since it was last. */
  synchronized Optional<Map<String, @Nullable Object>> news() {
    if (told) {
      return Optional.empty();
    }
    told = true;
    Map<String, @Nullable Object> news = new LinkedHashMap<>();
    news.put("stream", stream);
    news.put("state", state.name().toLowerCase(java.util.Locale.ROOT));
    news.put("events", events);
    news.put("rows", rows);
    news.put("quarantined", quarantined);
    news.put("batch", batch);
    news.put("committed", text(committed));
    news.put("lag", Map.of("events", waiting, "ms", behind));
    Latencies.Percentiles latency = latencies.percentiles();
    Map<String, Long> percentiles = new LinkedHashMap<>();
    percentiles.put("p50", latency.p50());
    percentiles.put("p99", latency.p99());
    percentiles.put("records", latency.records());
    news.put("latency_ms", percentiles);
    news.put("error", error);
    news.put("error_at", text(errorAt));
    return Optional.of(news);
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : Objects.toString(time);
  }
}
