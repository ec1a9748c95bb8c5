package pinflow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import pinflow.audit.LiveAudit;
import pinflow.audit.LiveReport;
import pinflow.control.LiveProcess;
import pinflow.control.SparkProcess;
import pinflow.source.SourceDatabase;
import pinflow.source.emulate.Dialect;
import pinflow.source.emulate.Emulator;
import pinflow.source.emulate.Settings;
import pinflow.source.emulate.Streams;

/**
 * The demo's second half: the same posts sent as they happen, and their rows held against the daily
 * job's.
 */
final class DemoLive {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int SHARDS = 2;

  /** The posts are sent within so many seconds: all at once would show a backlog, not a delay. */
  private static final int SECONDS = 12;

  private final PinflowConfig config;
  private final StateFolder state;
  private final Steps steps;
  private final URI gateway;
  private final LiveAudit audit;

  /**
   * @param kafka the log's address
   */
  DemoLive(
      PinflowConfig config,
      StateFolder state,
      Steps steps,
      Places places,
      URI gateway,
      String kafka) {
    this.config = config;
    this.state = state;
    this.steps = steps;
    this.gateway = gateway;
    this.audit = new LiveAudit(kafka, places.tables(), state.journal("stream"));
  }

  /**
   * @param spark on the daily job's tables
   */
  DemoResult.Live run(SourceDatabase database, long posts, SparkProcess spark) {
    try (audit) {
      Settings settings = settings(posts);
      steps.time(
          "streams",
          () -> {
            Streams.create(settings, SHARDS);
            Wait.until("the live way's Spark", PATIENCE, this::isRunning);
          });
      try (EmulatorBar bar = new EmulatorBar(steps.quiet())) {
        steps.time("emulate live", () -> new Emulator(settings, database).run(bar));
      }
      steps.time("live", () -> Wait.until("the live way", PATIENCE, this::isThrough));
      JsonNode found = steps.time("compare", () -> CompareCommand.compare(spark, 0));
      Map<String, Long> rows = new LinkedHashMap<>();
      found
          .path("tables")
          .properties()
          .forEach(table -> rows.put(table.getKey(), table.getValue().path("live").asLong()));
      return new DemoResult.Live(
          audit.run(config.id()),
          rows,
          CompareCommand.differences(found),
          slowest("p50"),
          slowest("p99"));
    }
  }

  private Settings settings(long posts) {
    return new Settings(
        Dialect.KINESIS,
        gateway,
        config.id(),
        OptionalLong.empty(),
        OptionalDouble.of(Math.max(50.0, (double) posts / SECONDS)),
        Settings.CONNECTIONS,
        false,
        state.journal("stream"),
        false,
        Settings.GIVE_UP_AFTER,
        config.signing());
  }

  private boolean isRunning() {
    List<JsonNode> streams =
        state.live().map(LiveProcess.State::streams).orElse(Map.of()).values().stream().toList();
    return streams.size() == config.streams().size()
        && streams.stream().allMatch(stream -> stream.path("state").asText().equals("running"));
  }

  private boolean isThrough() {
    LiveReport report = audit.run(config.id());
    return report.underWay().isEmpty()
        && report.shards().stream().allMatch(shard -> shard.end() == shard.logEnd());
  }

  private long slowest(String percentile) {
    ToLongFunction<JsonNode> latency =
        stream -> stream.path("latency_ms").path(percentile).asLong();
    return state.live().map(LiveProcess.State::streams).orElse(Map.of()).values().stream()
        .mapToLong(latency)
        .max()
        .orElse(0);
  }
}
