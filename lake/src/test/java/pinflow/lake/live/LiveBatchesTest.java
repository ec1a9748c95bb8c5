package pinflow.lake.live;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.apache.hadoop.fs.FileUtil;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.lake.TestSpark;
import pinflow.lake.batch.Daily;
import pinflow.lake.batch.Event;
import pinflow.lake.batch.SinkBucket;
import pinflow.lake.kinesis.KinesisSource;
import pinflow.lake.tables.LakeException;
import pinflow.lake.tables.LakeTables;

/** Micro-batches without a stream: cut and killed at will, they end as the batch way does. */
@Tag("slow")
class LiveBatchesTest {
  private static final String ID = "0e03d1c30c91";
  private static final StreamTables PIN = new StreamTables(ID, "pin");

  @TempDir static Path folder;

  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(11);
  private final Map<Integer, Long> next = new HashMap<>();
  private long time = 1_700_000_000_000L;

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Random records of two shards, a tenth of them to be quarantined. */
  private List<Event> records(int number, int inds) {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      int shard = random.nextInt(2);
      long offset = next.merge(shard, 1L, Long::sum) - 1;
      Long ind = random.nextInt(10) == 0 ? null : (Long) random.nextLong(inds);
      String text = List.of("A", "B", "C").get(random.nextInt(3));
      // Shards are read side by side, so later may come first.
      long at = time++ + random.nextInt(5);
      events.add(new Event(ID, "pin", shard, offset, at, ind, text));
    }
    return events;
  }

  /** As the source has them. */
  static Dataset<Row> batch(List<Event> events) {
    List<Row> rows =
        events.stream()
            .map(
                event ->
                    RowFactory.create(
                        "key",
                        event.raw().getBytes(StandardCharsets.UTF_8),
                        PIN.stream(),
                        "shardId-%012d".formatted(event.partition()),
                        "49%013d%08d%010d%023d"
                            .formatted(
                                1_700_000_000_000L, 0, event.partition(), event.offset() + 1),
                        event.time()))
            .toList();
    return TestSpark.session().createDataFrame(rows, KinesisSource.SCHEMA);
  }

  private static LiveBatches begin(String lake, String application, Consumer<String> committed) {
    return LiveBatches.begin(
        TestSpark.session(),
        location(lake),
        PIN,
        application,
        3,
        new Progress(PIN.stream()),
        committed);
  }

  private static String location(String lake) {
    return folder.resolve(lake).toUri().toString();
  }

  private static LakeTables tables(String lake) {
    return new LakeTables(TestSpark.session(), location(lake), table -> {});
  }

  @Test
  void howeverCutAndKilledRecordsEndAsInTheBatchWay() throws Exception {
    List<List<Event>> cut = new ArrayList<>();
    for (int records : List.of(30, 1, 40)) {
      cut.add(records(records, 25));
    }
    Set<String> deaths = new HashSet<>();
    for (int number = 0; number < cut.size(); number++) {
      int batch = number;
      Consumer<String> mortal =
          table -> {
            if (deaths.add(batch + " " + table)) {
              throw new Killed();
            }
          };
      // A process that died begins from its tables, and has the same batch again.
      boolean taken = false;
      for (int lives = 0; !taken; lives++) {
        assertThat(lives).isLessThan(5);
        LiveBatches live = begin("killed", "pinflow-live-1", mortal);
        taken = isTaken(() -> live.take(batch(cut.get(batch)), batch));
      }
      begin("killed", "pinflow-live-1", table -> {}).take(batch(cut.get(batch)), batch);
    }
    assertThat(deaths).hasSizeGreaterThan(6);

    try (SinkBucket bucket = SinkBucket.start(folder.resolve("store"))) {
      for (int shard : next.keySet()) {
        List<Event> log =
            cut.stream().flatMap(List::stream).filter(e -> e.partition() == shard).toList();
        bucket.land(log);
      }
      new Daily(tables("batch"), bucket.store(), ID).run((step, seconds) -> {});
    }
    assertThat(live(PIN.rows(), "_topic")).isEqualTo(batch("pin", "_topic"));
    assertThat(live(PIN.quarantine(), "_topic")).isEqualTo(batch("quarantine", "_topic"));
    assertThat(live(PIN.events(), "topic")).isEqualTo(batch("events", "topic"));
    assertThat(live(PIN.events(), "topic")).hasSize(71);
  }

  private static boolean isTaken(Runnable take) {
    try {
      take.run();
      return true;
    } catch (RuntimeException e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      assertThat(cause).isInstanceOf(Killed.class);
      return false;
    }
  }

  private static List<List<@Nullable Object>> live(String table, String topic) {
    return contents("killed", table, topic);
  }

  private static List<List<@Nullable Object>> batch(String table, String topic) {
    return contents("batch", table, topic);
  }

  /** All rows, the names of topics and streams left out. */
  private static List<List<@Nullable Object>> contents(String lake, String table, String topic) {
    LakeTables tables = tables(lake);
    Dataset<Row> rows = tables.read(table, tables.version(table)).drop(topic);
    if (topic.equals("topic")) {
      rows = rows.withColumn("of_topic", col("of_topic").isNotNull());
    }
    return TestSpark.values(rows).stream().sorted(Comparator.comparing(List::toString)).toList();
  }

  @Test
  void newPostsAreAppendedAndSmallFilesWrittenTogether() {
    LiveBatches live = begin("appended", "pinflow-live-1", table -> {});
    for (int batch = 0; batch < 7; batch++) {
      long first = batch * 10;
      List<Event> events = new ArrayList<>();
      for (long i = first; i < first + 10; i++) {
        events.add(new Event(ID, "pin", 0, i, time++, i, "A"));
      }
      live.take(batch(events), batch);
    }
    LakeTables tables = tables("appended");
    assertThat(TestSpark.rows(tables, PIN.rows())).hasSize(70);
    for (String table : List.of(PIN.rows(), PIN.events())) {
      List<String> operations =
          TestSpark.session()
              .sql("DESCRIBE HISTORY delta.`" + tables.path(table) + "`")
              .orderBy("version")
              .select("operation")
              .collectAsList()
              .stream()
              .map(row -> row.getString(0))
              .toList();
      assertThat(operations.stream().map(o -> o.equals("OPTIMIZE") ? "O" : "w"))
          .containsExactly("w", "w", "w", "O", "w", "w", "w", "O", "w");
    }
  }

  @Test
  void tablesOfAnotherCheckpointAreRefusedUntilTheyAreRemoved() {
    begin("other", "pinflow-live-1", table -> {}).take(batch(records(5, 100)), 0);
    assertThatThrownBy(() -> begin("other", "pinflow-live-2", table -> {}))
        .isInstanceOf(LakeException.class)
        .hasMessageContaining("were filled under another checkpoint")
        .hasMessageContaining("Restore the checkpoint");

    // While the process runs, which knew them.
    FileUtil.fullyDelete(Path.of(URI.create(location("other"))).toFile());
    begin("other", "pinflow-live-2", table -> {}).take(batch(records(4, 100)), 0);
    assertThat(TestSpark.rows(tables("other"), PIN.events())).hasSize(4);
    assertThat(Path.of(URI.create(tables("other").path(PIN.rows()))).resolve("_delta_log"))
        .isDirectoryContaining("glob:**/00000000000000000000.json");
  }

  @Test
  void bytesThatAreNoTextAreKeptAndForeignSequenceNumbersRefused() {
    Dataset<Row> record = batch(records(1, 10));
    LiveBatches live = begin("bytes", "pinflow-live-1", table -> {});
    live.take(record.withColumn("data", lit(new byte[] {(byte) 0xff})), 0);
    assertThat(
            TestSpark.values(
                tables("bytes").read(PIN.quarantine(), 0).select("rules", "raw", "_offset")))
        .containsExactly(TestSpark.row(List.of("record.not-an-object"), "base64:/w==", 0L));
    assertThatThrownBy(() -> live.take(record.withColumn("sequenceNumber", lit("4711")), 1))
        .hasMessageContaining("Sequence number 4711 is none of Pinflow's gateway");
  }
}
