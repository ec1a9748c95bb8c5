package pinflow.lake.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.lake.TestSpark;
import pinflow.lake.answers.Answers;
import pinflow.lake.tables.LakeException;
import pinflow.lake.tables.LakeTables;

/** Daily runs over a real bucket: each event once, whatever happens to the run. */
@Tag("slow")
class DailyTest {
  @TempDir static Path folder;

  private static SinkBucket bucket;

  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);

  @BeforeAll
  static void start() throws Exception {
    bucket = SinkBucket.start(folder.resolve("store"));
  }

  @AfterAll
  static void stop() throws Exception {
    bucket.close();
  }

  private static LakeTables lake(String name) {
    return TestLake.at(folder.resolve(name));
  }

  private static Daily.Taken daily(LakeTables tables, String id) {
    return new Daily(tables, bucket.store(), id).run(TestLake.QUIET);
  }

  /** In the first round the tables are made, in the second rows are replaced. */
  @Test
  void aRunThatIsKilledOrHasARivalEndsAsOneThatIsNot() {
    RandomLog log = new RandomLog("whole", random);
    LakeTables whole = lake("whole");
    LakeTables killed = lake("killed");
    List<LakeTables> rivals =
        List.of(
            TestLake.at(TestSpark.session().newSession(), folder.resolve("race"), table -> {}),
            TestLake.at(TestSpark.session().newSession(), folder.resolve("race"), table -> {}));
    for (int round = 0; round < 2; round++) {
      log.land(bucket, 60);
      assertThat(daily(whole, log.id).events()).isEqualTo(60);

      // Geo and user are committed as pin is.
      List<String> deadly =
          round == 0 ? List.of("pin") : List.of("batches", "pin", "quarantine", "events");
      LakeTables mortal = TestLake.mortal(folder.resolve("killed"), deadly);
      int deaths = 0;
      while (TestLake.dies(() -> daily(mortal, log.id))) {
        deaths++;
      }
      assertThat(deaths).isEqualTo(deadly.size());
      assertThat(TestLake.contents(killed)).isEqualTo(TestLake.contents(whole));
      assertThat(TestLake.versions(killed)).isEqualTo(TestLake.versions(whole));

      CompletableFuture.allOf(
              rivals.stream()
                  .map(tables -> CompletableFuture.runAsync(() -> daily(tables, log.id)))
                  .toArray(CompletableFuture[]::new))
          .join();
      assertThat(TestLake.contents(rivals.get(0))).isEqualTo(TestLake.contents(whole));
      assertThat(TestLake.versions(rivals.get(0))).isEqualTo(TestLake.versions(whole));
    }
    Map<String, Long> before = TestLake.versions(whole);
    assertThat(daily(whole, log.id).batch()).isNull();
    assertThat(TestLake.versions(whole)).isEqualTo(before);
    assertThat(filesWith(folder.resolve("whole"), SinkBucket.SECRET_KEY, SinkBucket.ACCESS_KEY))
        .isEmpty();
  }

  private static List<Path> filesWith(Path folder, String... secrets) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).filter(file -> holds(file, secrets)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean holds(Path file, String... secrets) {
    try {
      String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
      return Arrays.stream(secrets).anyMatch(bytes::contains);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Else they would be of the tables in the middle of the later batch. */
  @Test
  void answersAreNotWrittenOfABatchThatIsOvertaken() {
    RandomLog log = new RandomLog("overtaken", random);
    log.land(bucket, 30);
    LakeTables tables = lake("overtaken");
    Daily daily = new Daily(tables, bucket.store(), log.id);
    daily.run(TestLake.QUIET);
    log.land(bucket, 30);
    LakeTables other = TestLake.mortal(folder.resolve("overtaken"), List.of("pin"));
    assertThat(TestLake.dies(() -> daily(other, log.id))).isTrue();

    new Answers(tables).write(0);

    assertThat(tables.version("answers/sources")).isEqualTo(-1);
  }

  @Test
  void anObjectThatIsNotAsTheSinkWroteItIsRefusedAndNothingIsCommitted() {
    List<Event> events = new ArrayList<>();
    for (long offset = 0; offset < 9; offset++) {
      events.add(new Event("faulty", "pin", 0, offset, 1_700_000_000_000L, offset, "A"));
    }
    bucket.land(events.subList(0, 3));
    bucket.land(events.subList(3, 6));
    bucket.land(events.subList(6, 9));
    LakeTables tables = lake("faulty");
    byte[] whole = SinkBucket.body(events.subList(3, 6).stream().map(SinkBucket::line).toList());
    String key = SinkBucket.key("faulty.pin", 0, 3);
    Map<String, String> metadata = SinkBucket.metadata(3, 5, 3, whole);

    bucket.delete(key);
    refuses(
        tables,
        "After object " + SinkBucket.key("faulty.pin", 0, 0),
        "one is missing that begins at offset 3",
        "Restore it");

    byte[] torn = Arrays.copyOf(whole, whole.length - 20);
    bucket.put(key, torn, metadata);
    refuses(tables, key, "bytes: expected " + whole.length, "this run wrote nothing");

    byte[] changed =
        new String(whole, StandardCharsets.UTF_8)
            .replace("art", "Art")
            .getBytes(StandardCharsets.UTF_8);
    bucket.put(key, changed, metadata);
    refuses(
        tables, key, "SHA-256: expected " + metadata.get("body-sha256"), "restart the connector");

    byte[] fewer =
        SinkBucket.body(List.of(SinkBucket.line(events.get(3)), SinkBucket.line(events.get(4))));
    bucket.put(key, fewer, SinkBucket.metadata(3, 4, 2, fewer));
    refuses(tables, "After object " + key, "one is missing that begins at offset 5");

    byte[] other = SinkBucket.body(List.of(events.get(0).raw(), events.get(1).raw()));
    bucket.put(key, other, SinkBucket.metadata(3, 5, 2, other));
    refuses(tables, key, "line 1 is none of the sink's");

    bucket.put(key, whole, Map.of());
    refuses(tables, key, "has no metadata body-length", "move it out");

    bucket.put(key, whole, metadata);
    assertThat(daily(tables, "faulty").events()).isEqualTo(9);
    assertThat(TestSpark.rows(tables, "pin")).hasSize(9);
  }

  private static void refuses(LakeTables tables, String... words) {
    assertThatThrownBy(() -> daily(tables, "faulty"))
        .satisfies(
            e -> {
              Throwable cause = e;
              while (cause.getCause() != null && !(cause instanceof LakeException)) {
                cause = cause.getCause();
              }
              assertThat(cause).hasMessageContainingAll(words);
              assertThat(cause.getMessage())
                  .doesNotContain(SinkBucket.SECRET_KEY, SinkBucket.ACCESS_KEY);
            });
    for (String table : TestLake.ALL) {
      assertThat(tables.version(table)).isEqualTo(-1);
    }
  }

  /** As the sink does with one that a loss of power has torn, more records having come since. */
  @Test
  void objectsThatAreWrittenAgainAndCutOtherwiseAreTakenOnce() {
    List<Event> events = new ArrayList<>();
    for (long offset = 0; offset < 12; offset++) {
      events.add(new Event("again", "pin", 0, offset, 1_700_000_000_000L, offset, "A"));
    }
    bucket.land(events.subList(0, 3));
    bucket.land(events.subList(3, 6));
    LakeTables mortal = TestLake.mortal(folder.resolve("again"), List.of("batches"));
    assertThat(TestLake.dies(() -> daily(mortal, "again"))).isTrue();
    bucket.delete(SinkBucket.key("again.pin", 0, 3));
    assertThatThrownBy(() -> daily(mortal, "again"))
        .isInstanceOf(LakeException.class)
        .hasMessageContaining("up to 5 of again.pin/0")
        .hasMessageContaining("Restart the connector");

    bucket.land(events.subList(3, 8));

    LakeTables tables = lake("again");
    Daily.Taken taken = daily(tables, "again");
    assertThat(taken.batch()).isEqualTo(1);
    assertThat(taken.events()).isEqualTo(8);
    // And of one that was taken in already.
    bucket.delete(SinkBucket.key("again.pin", 0, 3));
    bucket.land(events.subList(3, 9));
    bucket.land(events.subList(9, 12));
    assertThat(daily(tables, "again").events()).isEqualTo(4);
    assertThat(TestSpark.rows(tables, "pin")).hasSize(12);
    assertThat(daily(tables, "again").batch()).isNull();
  }

  /**
   * Every form of contracts/objects.md; a hole in the log; what is not the sink's is left alone.
   */
  @Test
  void objectsOfAllFormsAreRead() {
    String topic = "forms.user";
    String at =
        "{\"_topic\":\"forms.user\",\"_partition\":2,\"_offset\":%d,\"_timestamp\":1767225600123,";
    String user =
        "\"ind\": 1,\"first_name\":\"\\u05e9\u05e9\",\"date_joined\":\"2015-08-28 03:52:47\"}";
    byte[] first =
        SinkBucket.body(
            List.of(
                at.formatted(0) + user,
                at.formatted(1) + "\"_raw\":\"[1, \\\"a\\\\n\\\"]\\r\\n\"}",
                at.formatted(2) + "\"_raw\":null}",
                at.formatted(3) + "\"_raw_base64\":\"/w==\"}",
                at.formatted(4) + "\"ind\":-1,\"a\":\"\\u00e9 \u2028 \u0085\" }"));
    bucket.put(SinkBucket.key(topic, 2, 0), first, SinkBucket.metadata(0, 4, 5, first));
    // The log has lost 5 to 8.
    byte[] second =
        SinkBucket.gzipped(SinkBucket.body(List.of(at.formatted(9) + user.replace("1,", "2,"))));
    bucket.put(SinkBucket.key(topic, 2, 5) + ".gz", second, SinkBucket.metadata(5, 9, 1, second));
    for (String foreign :
        List.of(
            SinkBucket.key(topic, 2, 10) + "-0b0e3f5a-7f0c-4b5e-9d0b-000000000000",
            SinkBucket.key(topic, 2, 10).replace(".json", ".parquet"),
            "topics/forms.user/partition=2/notes.txt",
            "topics/forms.user/_SUCCESS",
            "topics/forms.other/partition=0/forms.other+0+0000000000.json")) {
      bucket.put(foreign, new byte[] {1}, Map.of());
    }
    LakeTables tables = lake("forms");

    Daily.Taken taken = daily(tables, "forms");

    assertThat(taken.outcomes().get("user"))
        .isEqualTo(Map.of("clean", 2L, "quarantined", 4L, "duplicate", 0L, "superseded", 0L));
    assertThat(
            TestSpark.values(
                tables
                    .read("user", 0)
                    .orderBy("ind")
                    .select("ind", "user_name", "_offset", "_timestamp")))
        .containsExactly(
            TestSpark.row(1L, "\u05e9\u05e9", 0L, "2026-01-01T00:00:00.123Z"),
            TestSpark.row(2L, "\u05e9\u05e9", 9L, "2026-01-01T00:00:00.123Z"));
    Map<Long, @Nullable String> raws = new HashMap<>();
    tables
        .read("quarantine", 0)
        .select("_offset", "raw")
        .collectAsList()
        .forEach(row -> raws.put(row.getLong(0), row.getString(1)));
    assertThat(raws)
        .containsOnlyKeys(1L, 2L, 3L, 4L)
        .containsEntry(1L, "[1, \"a\\n\"]\r\n")
        .containsEntry(2L, null)
        .containsEntry(3L, "base64:/w==")
        .containsEntry(4L, "{\"ind\":-1,\"a\":\"\\u00e9 \u2028 \u0085\" }");
  }
}
