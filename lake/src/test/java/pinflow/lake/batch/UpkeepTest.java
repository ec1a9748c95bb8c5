package pinflow.lake.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
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
import pinflow.lake.tables.Upkeep;

/** Compaction and vacuum: no row changes, also beside runs and after killed ones. */
@Tag("slow")
class UpkeepTest {
  @TempDir static Path folder;

  private static SinkBucket bucket;

  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(8);

  @BeforeAll
  static void start() throws Exception {
    bucket = SinkBucket.start(folder.resolve("store"));
  }

  @AfterAll
  static void stop() throws Exception {
    bucket.close();
  }

  private static Daily.Taken daily(LakeTables tables, String id) {
    return new Daily(tables, bucket.store(), id).run(TestLake.QUIET);
  }

  /** All but the plans, which name versions. */
  private static Map<String, List<List<@Nullable Object>>> rows(LakeTables tables) {
    Map<String, List<List<@Nullable Object>>> rows = TestLake.contents(tables);
    rows.remove("batches");
    return rows;
  }

  @Test
  void upkeepChangesNoRow() {
    RandomLog log = new RandomLog("upkeep", random);
    LakeTables tables = TestLake.at(folder.resolve("upkeep"));
    for (int i = 0; i < 2; i++) {
      log.land(bucket, 30);
      daily(tables, log.id);
      new Answers(tables).write(i);
    }
    var before = TestLake.contents(tables);
    Upkeep upkeep = new Upkeep(tables);
    Map<String, Upkeep.Files> compacted = upkeep.compact(TestLake.QUIET);
    assertThat(compacted)
        .hasEntrySatisfying("events", files -> assertThat(files.added()).isEqualTo(1));
    assertThat(TestLake.contents(tables)).isEqualTo(before);
    upkeep.vacuum(1, Answers.tables(), Optional.empty(), TestLake.QUIET);
    assertThat(TestLake.contents(tables)).isEqualTo(before);
    assertThatThrownBy(() -> upkeep.vacuum(0.5, List.of(), Optional.empty(), TestLake.QUIET))
        .isInstanceOf(LakeException.class)
        .hasMessageContaining("too few");
    // And the next run builds on it.
    log.land(bucket, 30);
    assertThat(daily(tables, log.id).batch()).isEqualTo(2);
  }

  @Test
  void vacuumWaitsForABatchAndForItsAnswers() {
    RandomLog log = new RandomLog("waits", random);
    log.land(bucket, 30);
    Path place = folder.resolve("waits");
    LakeTables planned = TestLake.mortal(place, List.of("batches"));
    assertThat(TestLake.dies(() -> daily(planned, log.id))).isTrue();
    LakeTables tables = TestLake.at(place);
    Daily daily = new Daily(tables, bucket.store(), log.id);
    refuses(tables, daily, "planned and not done");

    daily.run(TestLake.QUIET);
    refuses(tables, daily, "answers are not all written");

    LakeTables answered = TestLake.mortal(place, List.of("answers/top_country"));
    assertThat(TestLake.dies(() -> new Answers(answered).write(0))).isTrue();
    refuses(tables, daily, "answers are not all written");

    new Answers(tables).write(0);
    assertThat(new Answers(tables).pending(daily)).isEmpty();
  }

  private static void refuses(LakeTables tables, Daily daily, String why) {
    Optional<String> pending = new Answers(tables).pending(daily);
    assertThatThrownBy(
            () -> new Upkeep(tables).vacuum(168, Answers.tables(), pending, TestLake.QUIET))
        .isInstanceOf(LakeException.class)
        .hasMessageContainingAll(why, "nothing was deleted", "pinflow run daily");
  }

  @Test
  void compactionBetweenTheCommitsOfARunOrBesideItDoesNoHarm() {
    RandomLog log = new RandomLog("beside", random);
    Path place = folder.resolve("beside");
    LakeTables whole = TestLake.at(folder.resolve("alone"));
    Upkeep upkeep = new Upkeep(TestLake.at(TestSpark.session().newSession(), place, table -> {}));
    LakeTables compacted =
        TestLake.at(
            TestSpark.session(),
            place,
            table -> {
              if (table.equals("quarantine")) {
                upkeep.compact(TestLake.QUIET);
              }
            });
    for (int round = 0; round < 2; round++) {
      log.land(bucket, 40);
      daily(whole, log.id);
      daily(compacted, log.id);
      assertThat(rows(compacted)).isEqualTo(rows(whole));
    }

    // Between a run that is killed and the one that completes it.
    log.land(bucket, 40);
    daily(whole, log.id);
    LakeTables mortal = TestLake.mortal(place, List.of("batches", "pin"));
    while (TestLake.dies(() -> daily(mortal, log.id))) {
      upkeep.compact(TestLake.QUIET);
    }
    assertThat(rows(compacted)).isEqualTo(rows(whole));

    log.land(bucket, 40);
    daily(whole, log.id);
    AtomicBoolean ended = new AtomicBoolean();
    CompletableFuture<Void> compaction =
        CompletableFuture.runAsync(
            () -> {
              while (!ended.get()) {
                upkeep.compact(TestLake.QUIET);
              }
            });
    daily(TestLake.at(place), log.id);
    ended.set(true);
    compaction.join();
    assertThat(rows(compacted)).isEqualTo(rows(whole));
  }
}
