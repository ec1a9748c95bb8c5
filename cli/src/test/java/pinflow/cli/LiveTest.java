package pinflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.audit.Audit;
import pinflow.audit.Hops.Outcome;
import pinflow.audit.LiveAudit;
import pinflow.audit.LiveReport;
import pinflow.audit.StoredObjects;
import pinflow.control.LiveProcess;
import pinflow.control.SparkProcess;
import pinflow.source.SourceDatabase;
import pinflow.source.emulate.Dialect;
import pinflow.source.emulate.Emulator;
import pinflow.source.emulate.Settings;
import pinflow.source.emulate.Streams;
import pinflow.source.generate.PostGenerator;

/**
 * The live way through real parts: its rows are the daily job's, whatever is killed, sent again or
 * poisoned.
 */
@Tag("slow")
final class LiveTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int POSTS = 400;

  @TempDir Path folder;

  private final PinflowConfig config = ConfigFile.defaults().onFreePorts().withQuickSink();

  @Test
  void theSamePostsGiveTheSameRows() throws Exception {
    try (StateFolder state = StateFolder.at(folder)) {
      state.take();
      try (Pipeline pipeline = Pipeline.start(config, state, new Steps(System.err, true));
          SourceDatabase database = Connections.database(config, state)) {
        URI gateway = URI.create(Connections.required(pipeline.running(), "gateway"));
        Places places = Places.of(config, state, pipeline.store());
        PostGenerator.fill(database, POSTS, 5, false);
        send(Dialect.KAFKA_REST, gateway, state.journal("batch"), database);
        Settings streams =
            Settings.of(Dialect.KINESIS, gateway, config.id(), state.journal("stream"));
        Streams.create(streams, 2);

        send(Dialect.KINESIS, gateway, state.journal("stream"), database);
        Wait.until("a first batch", PATIENCE, () -> events(state) > 0);
        kill(state);
        send(Dialect.KINESIS, gateway, state.journal("stream"), database);
        for (String poison : poisons()) {
          put(gateway, "streaming-" + config.id() + "-pin", poison);
        }
        Wait.until("Spark, again", PATIENCE, () -> live(state).starts() > 1 && pid(state) > 0);
        kill(state);
        String kafka = Connections.required(pipeline.running(), "kafka");
        try (LiveAudit audit = new LiveAudit(kafka, places.tables(), state.journal("stream"))) {
          Wait.until("the live way", PATIENCE, () -> isThrough(audit.run(config.id())));
          accountsForAll(audit.run(config.id()));
          changedContentsAreNamed(audit, state);
        }
        assertThat(live(state).starts()).isGreaterThanOrEqualTo(3);
        rowsAreTheDailyJobs(pipeline, places, state, kafka);
      }
    }
  }

  private void send(Dialect dialect, URI gateway, Path journal, SourceDatabase database) {
    Settings settings = Settings.of(dialect, gateway, config.id(), journal);
    try (EmulatorBar bar = new EmulatorBar(true)) {
      assertThat(new Emulator(settings, database).run(bar).complete()).isTrue();
    }
  }

  /** No JSON, no object, wrong types, and 900 kB of it. */
  private static List<String> poisons() {
    return List.of(
        "\"no {json\"",
        "17",
        "{\"index\":{},\"unique_id\":[],\"follower_count\":\"many\",\"category\":\"\"}",
        "{\"index\":-1,\"title\":\"" + "x".repeat(900_000) + "\"}");
  }

  private static void put(URI gateway, String stream, String data) throws Exception {
    var reply =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(gateway.resolve("/streams/" + stream + "/record"))
                    .header("Content-Type", "application/json")
                    .PUT(
                        BodyPublishers.ofString(
                            "{\"Data\":%s,\"PartitionKey\":\"poison\"}".formatted(data)))
                    .build(),
                BodyHandlers.ofString());
    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
  }

  private static LiveProcess.State live(StateFolder state) {
    return state.live().orElseThrow();
  }

  private static long pid(StateFolder state) {
    return live(state).pid();
  }

  private static long events(StateFolder state) {
    return live(state).streams().values().stream()
        .mapToLong(stream -> stream.path("events").asLong())
        .sum();
  }

  private static void kill(StateFolder state) {
    ProcessHandle.of(pid(state)).ifPresent(ProcessHandle::destroyForcibly);
  }

  private static boolean isThrough(LiveReport report) {
    return report.underWay().isEmpty()
        && report.shards().size() == 6
        && report.shards().stream().allMatch(shard -> shard.end() == shard.logEnd());
  }

  private static void accountsForAll(LiveReport report) {
    assertThat(report.faults()).isEmpty();
    for (LiveReport.Shard shard : report.shards()) {
      long outcomes = shard.outcomes().values().stream().mapToLong(Long::longValue).sum();
      assertThat(outcomes).as(shard.toString()).isEqualTo(shard.logEnd());
    }
    long receipts = report.shards().stream().mapToLong(LiveReport.Shard::receipts).sum();
    assertThat(receipts).isGreaterThanOrEqualTo(2 * 3 * POSTS * 9 / 10);
    long repeats =
        report.shards().stream()
            .mapToLong(shard -> shard.outcomes().getOrDefault(Outcome.DUPLICATE, 0L))
            .sum();
    assertThat(repeats).isGreaterThanOrEqualTo(3 * POSTS * 9 / 10);
    long quarantined =
        report.shards().stream()
            .mapToLong(shard -> shard.outcomes().getOrDefault(Outcome.QUARANTINED, 0L))
            .sum();
    assertThat(quarantined).isGreaterThanOrEqualTo(4);
  }

  private void changedContentsAreNamed(LiveAudit audit, StateFolder state) throws Exception {
    LiveReport sound = audit.runDeep(config.id());
    assertThat(sound.faults()).isEmpty();
    assertThat(sound.compared())
        .isNotNull()
        .satisfies(
            compared ->
                assertThat(compared.records())
                    .isEqualTo(sound.shards().stream().mapToLong(LiveReport.Shard::logEnd).sum()));
    String rows = config.id() + "_user_table";
    String quarantine = config.id() + "_pin_quarantine";
    List<Path> commits =
        List.of(
            SabotageTest.rewritten(
                state.resolve("lake/" + rows + "/_delta_log"),
                "age + 1 AS age, date_joined::TIMESTAMPTZ AS date_joined, _timestamp::TIMESTAMPTZ AS _timestamp"),
            SabotageTest.rewritten(
                state.resolve("lake/" + quarantine + "/_delta_log"),
                "raw || ' ' AS raw, _timestamp::TIMESTAMPTZ AS _timestamp"));
    assertThat(audit.run(config.id()).faults()).isEmpty();
    assertThat(audit.runDeep(config.id()).faults())
        .extracting(fault -> fault.kind().word() + " " + fault.where())
        .contains("row-changed " + rows, "row-changed quarantine");
    for (Path commit : commits) {
      Files.delete(commit);
    }
  }

  private void rowsAreTheDailyJobs(
      Pipeline pipeline, Places places, StateFolder state, String kafka) {
    try (StoredObjects objects = new StoredObjects(pipeline.store());
        Audit audit = new Audit(kafka, objects, places.tables(), state.journal("batch"));
        SparkProcess spark = places.spark(state, POSTS, SparkProcess.Start.QUICK)) {
      LongSupplier onItsWay = audit.notYetStored(config.topics());
      Wait.until("the sink", PATIENCE, () -> onItsWay.getAsLong() == 0);
      JobWork.daily(spark, List.of(), new Steps(System.err, true));
      JsonNode found = CompareCommand.compare(spark, 20);
      assertThat(CompareCommand.differences(found)).as(found.toString()).isZero();
      assertThat(found.path("tables").path("pin").path("live").asLong()).isPositive();
    }
  }
}
