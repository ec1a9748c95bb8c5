package pinflow.lake;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.lake.kinesis.KinesisRig;
import pinflow.lake.rules.Cleaning;
import pinflow.lake.tables.LakeTables;

/** The live way's process as contracts/lake-job.md has it, on streams of a real gateway. */
@Tag("slow")
class LiveJobTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ID = "0e03d1c30c91";

  @TempDir static Path folder;

  private static KinesisRig rig;

  @BeforeAll
  static void start() throws IOException {
    rig = KinesisRig.start(folder.resolve("gateway"));
  }

  @AfterAll
  static void stop() {
    rig.close();
  }

  private static ConditionFactory await() {
    return Awaitility.await().pollInterval(Duration.ofMillis(20)).atMost(Duration.ofSeconds(180));
  }

  private static String stream(String table) {
    return "streaming-%s-%s".formatted(ID, table);
  }

  /** A process, and the last that it told of each stream. */
  private static final class Live implements AutoCloseable {
    final Process process;
    final BufferedWriter in;
    final Map<String, JsonNode> progress = new ConcurrentHashMap<>();
    final List<JsonNode> others = new ArrayList<>();
    private final Thread reader;

    Live(String request) throws Exception {
      Path options =
          Path.of(Objects.requireNonNull(LiveJob.class.getResource("jvm.options")).toURI());
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "@" + options,
                  "@" + options.resolveSibling("jvm-small.options"),
                  "-cp",
                  System.getProperty("java.class.path"),
                  LiveJob.class.getName())
              .redirectError(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
              .start();
      in = process.outputWriter(StandardCharsets.UTF_8);
      reader = new Thread(() -> process.inputReader().lines().forEach(this::hear));
      reader.start();
      send(request);
    }

    private void hear(String line) {
      try {
        JsonNode event = JSON.readTree(line);
        if (event.path("event").asText().equals("progress")) {
          progress.put(event.path("stream").asText(), event);
        } else {
          others.add(event);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(line, e);
      }
    }

    void send(String line) throws IOException {
      in.write(line + "\n");
      in.flush();
    }

    JsonNode of(String table) {
      JsonNode none = JSON.createObjectNode();
      return progress.getOrDefault(stream(table), none);
    }

    void awaitEvents(String table, int events) {
      await().until(() -> of(table).path("events").asInt() >= events);
    }

    /** Waits for its end. */
    int end() throws InterruptedException {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      reader.join();
      return process.exitValue();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  private static String request(Map<String, String> checkpoints) throws IOException {
    return JSON.writeValueAsString(
        Map.of(
            "id",
            ID,
            "kinesis",
            Map.of(
                "endpoint",
                rig.endpoint().toString(),
                "region",
                KinesisRig.REGION,
                "accessKey",
                "AKIAPINFLOWLIVE00000",
                "secretKey",
                "live+secret"),
            "lake",
            Map.of("location", folder.resolve("lake").toUri().toString()),
            "checkpoints",
            checkpoints,
            "compactAfter",
            5));
  }

  private static Map<String, String> checkpoints(String name) {
    Map<String, String> checkpoints = new TreeMap<>();
    for (String table : Cleaning.TABLES) {
      checkpoints.put(table, folder.resolve(name).resolve(table).toUri().toString());
    }
    return checkpoints;
  }

  private static String pin(int ind, String title) {
    return "{\"index\":%d,\"unique_id\":\"u\",\"category\":\"art\",\"title\":\"%s\"}"
        .formatted(ind, title);
  }

  private static String geo(int ind) {
    return "{\"ind\":%d,\"timestamp\":\"2020-08-28 03:52:47\",\"latitude\":1,\"longitude\":2,\"country\":\"Chad\"}"
        .formatted(ind);
  }

  private static String user(int ind) {
    return "{\"ind\":%d,\"first_name\":\"Ann\",\"date_joined\":\"2015-08-28 03:52:47\"}"
        .formatted(ind);
  }

  private static void post(int first, int last) {
    IntStream inds = IntStream.rangeClosed(first, last);
    rig.put(stream("pin"), inds.mapToObj(ind -> pin(ind, "A")).toList());
    rig.put(stream("geo"), IntStream.rangeClosed(first, last).mapToObj(LiveJobTest::geo).toList());
    rig.put(
        stream("user"), IntStream.rangeClosed(first, last).mapToObj(LiveJobTest::user).toList());
  }

  @Test
  void recordsAreInTheTablesOnceThoughTheProcessIsKilled() throws Exception {
    try (Live live = new Live(request(checkpoints("checkpoints")))) {
      await().until(() -> live.of("pin").path("error").asText().contains("is not there"));
      assertThat(live.of("pin").path("state").asText()).isEqualTo("failed");

      rig.create(stream("pin"), 2);
      rig.create(stream("geo"), 1);
      rig.create(stream("user"), 3);
      post(1, 50);
      Cleaning.TABLES.forEach(table -> live.awaitEvents(table, 50));
      JsonNode pin = live.of("pin");
      assertThat(pin.path("state").asText()).isEqualTo("running");
      assertThat(pin.path("rows").asInt()).isEqualTo(50);
      assertThat(pin.path("committed").asText()).startsWith("20").endsWith("Z");
      assertThat(pin.path("latency_ms").path("records").asInt()).isEqualTo(50);
      assertThat(pin.path("latency_ms").path("p50").asLong()).isPositive();

      // What cannot be a row stops nothing.
      rig.put(
          stream("pin"),
          List.of("no JSON", pin(-1, "A"), "{\"x\":\"" + "y".repeat(1_000_000) + "\"}"));
      // Repeats and an update.
      rig.put(stream("pin"), List.of(pin(7, "A"), pin(8, "A"), pin(9, "B"), pin(9, "B")));
      live.awaitEvents("pin", 57);
      assertThat(live.of("pin").path("rows").asInt()).isEqualTo(50);
      assertThat(live.of("pin").path("quarantined").asInt()).isEqualTo(3);

      post(51, 150);
      live.awaitEvents("pin", 58);
      live.process.destroyForcibly().waitFor();
    }

    post(151, 200);
    try (Live live = new Live(request(checkpoints("checkpoints")))) {
      live.awaitEvents("pin", 207);
      live.awaitEvents("geo", 200);
      live.awaitEvents("user", 200);

      try (Live second = new Live(request(checkpoints("checkpoints")))) {
        assertThat(second.end()).isEqualTo(2);
        assertThat(second.others.toString()).contains("Another process uses the checkpoint");
      }
      live.send("{\"job\":\"daily\"}");
      live.send("{\"job\":\"exit\"}");
      assertThat(live.end()).isZero();
      assertThat(live.others)
          .extracting(event -> event.path("event").asText())
          .containsExactly("ready", "error");
      assertThat(live.of("pin").path("rows").asInt()).isEqualTo(200);
      assertThat(live.of("pin").path("lag").path("events").asInt()).isZero();
    }

    LakeTables tables =
        new LakeTables(TestSpark.session(), folder.resolve("lake").toUri().toString(), table -> {});
    for (String table : Cleaning.TABLES) {
      String rows = "%s_%s_table".formatted(ID, table);
      assertThat(TestSpark.rows(tables, rows))
          .extracting(row -> ((Number) Objects.requireNonNull(row.get(0))).intValue())
          .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 200).boxed().toList());
    }
    Map<String, Long> outcomes = new TreeMap<>();
    String events = ID + "_pin_events";
    for (Row row :
        tables.read(events, tables.version(events)).groupBy("outcome").count().collectAsList()) {
      outcomes.put(row.getString(0), row.getLong(1));
    }
    assertThat(outcomes)
        .isEqualTo(Map.of("clean", 200L, "quarantined", 3L, "duplicate", 3L, "superseded", 1L));
    assertThat(Files.readString(folder.resolve("log"))).doesNotContain("live+secret");
  }

  @Test
  void oneCheckpointForTwoStreamsIsRefused() throws Exception {
    Map<String, String> shared = checkpoints("shared");
    shared.put("geo", Objects.requireNonNull(shared.get("pin")) + "/");
    try (Live live = new Live(request(shared))) {
      assertThat(live.end()).isEqualTo(2);
      assertThat(live.others.toString())
          .contains("have one checkpoint", "Give each stream a folder of its own");
    }
  }
}
