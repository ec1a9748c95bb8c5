package pinflow.lake.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.lake.TestSpark;
import pinflow.lake.rules.Cleaning;
import pinflow.lake.tables.LakeException;
import pinflow.lake.tables.LakeTables;

/**
 * Replays of quarantined events: the tables end as if the events had been whole from the start,
 * whatever happens to the run.
 */
@Tag("slow")
class ReplayTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Replay.Asked ALL = new Replay.Asked.Matching(null, null, List.of());

  @TempDir static Path folder;

  private static SinkBucket bucket;

  /** The same log, but for the texts of broken events. */
  private static SinkBucket wholeBucket;

  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(9);

  @BeforeAll
  static void start() throws Exception {
    bucket = SinkBucket.start(folder.resolve("store"));
    wholeBucket = SinkBucket.start(folder.resolve("whole-store"));
  }

  @AfterAll
  static void stop() throws Exception {
    bucket.close();
    wholeBucket.close();
  }

  private static Daily daily(LakeTables tables, SinkBucket bucket, String id) {
    return new Daily(tables, bucket.store(), id);
  }

  private static Replay.Done replay(LakeTables tables, String id, Replay.Asked asked) {
    return new Replay(tables, daily(tables, bucket, id)).run(asked, NOW, TestLake.QUIET);
  }

  /** Lands events in both buckets; gives the broken ones as they should have been. */
  private List<Event> land(RandomLog log, int events) {
    Map<String, List<Event>> logs = log.next(events);
    List<Event> mended = new ArrayList<>();
    Map<String, List<Event>> whole = new TreeMap<>();
    logs.forEach(
        (partition, broken) ->
            whole.put(
                partition,
                broken.stream()
                    .map(
                        event -> {
                          if (event.ind() != null) {
                            return event;
                          }
                          Event twin = withInd(event, random.nextLong(20));
                          mended.add(twin);
                          return twin;
                        })
                    .toList()));
    RandomLog.land(bucket, logs);
    RandomLog.land(wholeBucket, whole);
    return mended;
  }

  private static Event withInd(Event event, long ind) {
    return new Event(
        event.id(),
        event.table(),
        event.partition(),
        event.offset(),
        event.timestamp(),
        ind,
        event.text());
  }

  /** A line as {@code quarantine export} has it, with another text. */
  private static Map<String, Object> line(Event event, String raw) {
    Map<String, Object> line = new TreeMap<>();
    line.put("topic", event.topic());
    line.put("partition", event.partition());
    line.put("offset", event.offset());
    line.put("timestamp", event.time().toString());
    line.put("table", event.table());
    line.put("rules", List.of("ind.invalid"));
    line.put("raw", raw);
    return line;
  }

  private static Replay.Asked file(List<Map<String, Object>> lines) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Map<String, Object> line : lines) {
      text.append(JSON.writeValueAsString(line)).append('\n');
    }
    return file(text.toString());
  }

  private static Replay.Asked file(String text) throws IOException {
    return new Replay.Asked.Mended(
        Files.writeString(Files.createTempFile(folder, "mended", ".jsonl"), text));
  }

  private static String event(Event event) {
    return "%s/%d/%d".formatted(event.topic(), event.partition(), event.offset());
  }

  @Test
  void mendedTextsEndAsIfTheyHadBeenSentAlsoWhenTheReplayIsKilled() throws IOException {
    RandomLog log = new RandomLog("replayed", random);
    LakeTables tables = TestLake.at(folder.resolve("replayed"));
    LakeTables whole = TestLake.at(folder.resolve("whole"));
    List<Event> broken = land(log, 150);
    daily(tables, bucket, log.id).run(TestLake.QUIET);
    daily(whole, wholeBucket, log.id).run(TestLake.QUIET);
    assertThat(TestSpark.rows(tables, "quarantine")).hasSize(broken.size());
    Replay.Asked file = file(broken.stream().map(twin -> line(twin, twin.raw())).toList());

    LakeTables mortal =
        TestLake.mortal(
            folder.resolve("replayed"),
            List.of("batches", "pin", "quarantine", "mended", "events"));
    assertThat(TestLake.dies(() -> replay(mortal, log.id, file))).isTrue();
    // The next run completes it, whatever it is itself.
    AtomicInteger deaths = new AtomicInteger(1);
    while (TestLake.dies(
        () -> {
          if (deaths.get() % 2 == 0) {
            replay(mortal, log.id, file);
          } else {
            daily(mortal, bucket, log.id).run(TestLake.QUIET);
          }
        })) {
      deaths.incrementAndGet();
    }

    assertThat(deaths).hasValue(5);
    for (String table : List.of("pin", "geo", "user", "events")) {
      assertThat(TestLake.content(tables, table))
          .as(table)
          .isEqualTo(TestLake.content(whole, table));
    }
    assertThat(TestSpark.rows(tables, "quarantine")).isEmpty();
    assertThat(TestSpark.rows(tables, "mended")).hasSize(broken.size());
    Map<String, Long> versions = TestLake.versions(tables);
    assertThat(replay(tables, log.id, file).batch()).isNull();
    assertThat(replay(tables, log.id, ALL).batch()).isNull();
    assertThat(daily(tables, bucket, log.id).run(TestLake.QUIET).batch()).isNull();
    assertThat(TestLake.versions(tables)).isEqualTo(versions);
  }

  @Test
  void whatStillBreaksARuleStaysWithItsRulesAndItsNewText() throws IOException {
    List<Event> events = new ArrayList<>();
    for (long offset = 0; offset < 4; offset++) {
      events.add(new Event("stays", "geo", 0, offset, 1_700_000_000_000L, null, "A"));
    }
    bucket.land(events);
    LakeTables tables = TestLake.at(folder.resolve("stays"));
    daily(tables, bucket, "stays").run(TestLake.QUIET);
    Event first = events.get(0);

    Replay.Done done =
        replay(
            tables,
            "stays",
            file(
                List.of(
                    line(first, withInd(first, 1).raw().replace("\"A\"", "\" \"")),
                    line(events.get(1), events.get(1).raw()))));

    assertThat(done.asked()).isEqualTo(2);
    assertThat(done.outcomes().get("geo")).containsEntry("quarantined", 1L);
    assertThat(
            TestSpark.values(
                tables
                    .read("quarantine", tables.version("quarantine"))
                    .where("_offset < 2")
                    .orderBy("_offset")
                    .select("rules", "raw")))
        .containsExactly(
            TestSpark.row(
                List.of("country.missing"), withInd(first, 1).raw().replace("\"A\"", "\" \"")),
            TestSpark.row(List.of("ind.invalid"), first.raw()));
    assertThat(
            TestSpark.values(
                tables
                    .read("events", tables.version("events"))
                    .where("offset = 0")
                    .select("outcome", "ind")))
        .containsExactly(TestSpark.row("quarantined", 1L));
    // Mended again, now well.
    assertThat(
            replay(tables, "stays", file(List.of(line(first, withInd(first, 1).raw()))))
                .outcomes()
                .get("geo"))
        .containsEntry("clean", 1L);
    assertThat(TestSpark.rows(tables, "mended")).hasSize(2);
    assertThat(TestSpark.rows(tables, "quarantine")).hasSize(3);
  }

  /** As if the rules were others now than when the texts came. */
  @Test
  void afterARuleWasMendedTheEventsThatAreAskedForPass() {
    List<Event> events = new ArrayList<>();
    for (String table : Cleaning.TABLES) {
      for (long offset = 0; offset < 3; offset++) {
        events.add(new Event("rule", table, 0, offset, 1_700_000_000_000L, null, "A"));
      }
      bucket.land(events.subList(events.size() - 3, events.size()));
    }
    LakeTables tables = TestLake.at(folder.resolve("rule"));
    daily(tables, bucket, "rule").run(TestLake.QUIET);
    Dataset<Row> good =
        tables
            .read("quarantine", tables.version("quarantine"))
            .selectExpr(
                "table",
                "array('old.rule', table || '.rule') AS rules",
                "replace(raw, 'null', _offset + 1) AS raw",
                "_topic",
                "_partition",
                "_offset",
                "_timestamp");
    TestSpark.overwrite(tables, "quarantine", good);

    assertThat(replay(tables, "rule", matching("ind.invalid", null)).asked()).isZero();
    assertThat(replay(tables, "rule", matching("pin.rule", null)).outcomes().get("pin"))
        .containsEntry("clean", 3L);
    assertThat(replay(tables, "rule", matching("old.rule", "user")).asked()).isEqualTo(3);
    assertThat(TestSpark.rows(tables, "quarantine")).hasSize(3);
    String one = event(events.get(4));
    assertThat(replay(tables, "rule", new Replay.Asked.Matching(null, null, List.of(one))).asked())
        .isEqualTo(1);
    assertThatThrownBy(
            () -> replay(tables, "rule", new Replay.Asked.Matching(null, null, List.of(one))))
        .isInstanceOf(LakeException.class)
        .hasMessageContainingAll(one, "not in quarantine", "pinflow trace");
    // Two at once: one gives way to the other, and then finds nothing to do.
    CompletableFuture<Replay.Done> rival =
        CompletableFuture.supplyAsync(
            () ->
                replay(
                    TestLake.at(
                        TestSpark.session().newSession(), folder.resolve("rule"), table -> {}),
                    "rule",
                    ALL));
    replay(tables, "rule", ALL);
    rival.join();
    assertThat(TestSpark.rows(tables, "quarantine")).isEmpty();
    assertThat(TestSpark.rows(tables, "geo")).hasSize(3);
    assertThat(TestSpark.rows(tables, "events")).hasSize(9);
  }

  private static Replay.Asked matching(String rule, @Nullable String table) {
    return new Replay.Asked.Matching(rule, table, List.of());
  }

  @Test
  void aFileThatIsNotAsItWasExportedIsRefusedWithItsLine() throws IOException {
    Event one = new Event("file", "user", 0, 0, 1_700_000_000_000L, null, "A");
    Event other = new Event("file", "user", 0, 1, 1_700_000_000_001L, null, "A");
    bucket.land(List.of(one, other));
    LakeTables tables = TestLake.at(folder.resolve("file"));
    daily(tables, bucket, "file").run(TestLake.QUIET);
    Map<String, Long> before = TestLake.versions(tables);
    String good = JSON.writeValueAsString(line(one, withInd(one, 1).raw())) + "\n";

    refuses(tables, good + "no JSON\n", "line 2: it is not the JSON object", "`raw`");
    refuses(tables, good + "\n", "line 2: it is not the JSON object");
    refuses(tables, good + "null\n", "line 2: it is null");
    refuses(tables, good + good, "line 2: event file.user/0/0 is in line 1, too");
    refuses(
        tables,
        good + good.replace("\"offset\":0", "\"offset\":7"),
        "line 2: event file.user/0/7 is not in quarantine",
        "pinflow trace file.user/0/7");
    refuses(
        tables,
        good.replace("\"offset\":0", "\"offset\":1"),
        "line 1: event file.user/0/1 was meant for table user at",
        "only `raw`");
    refuses(tables, good.replace("\"user\"", "\"pin\""), "line 1", "only `raw`");
    refuses(tables, good.replace("\"raw\"", "\"text\""), "line 1", "raw");
    refuses(tables, good.replace("\"partition\":0,", ""), "line 1", "partition");
    refuses(tables, good.replace("\"A", "\"\\ud800"), "line 1");
    refuses(
        tables, good.replaceFirst("\"raw\":\"[^}]*\\}\"", "\"raw\":null"), "line 1: `raw` is null");
    assertThatThrownBy(
            () -> replay(tables, "file", new Replay.Asked.Mended(folder.resolve("nowhere.jsonl"))))
        .isInstanceOf(LakeException.class)
        .hasMessageContainingAll("nowhere.jsonl", "quarantine export");
    assertThat(TestLake.versions(tables)).isEqualTo(before);
  }

  private static void refuses(LakeTables tables, String text, String... words) throws IOException {
    Replay.Asked file = file(text);
    assertThatThrownBy(() -> replay(tables, "file", file))
        .isInstanceOfSatisfying(LakeException.class, e -> assertThat(e.user()).isTrue())
        .hasMessageContainingAll(words)
        .hasMessageContaining("Nothing was replayed");
  }
}
