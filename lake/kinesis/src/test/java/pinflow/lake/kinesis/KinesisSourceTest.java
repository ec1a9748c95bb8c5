package pinflow.lake.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.DataStreamReader;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.apache.spark.sql.streaming.Trigger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queries over streams of a real gateway: every record once, whatever happens. */
@Tag("slow")
class KinesisSourceTest {
  @TempDir static Path folder;

  private static KinesisRig rig;
  private static SparkSession spark;

  @BeforeAll
  static void start() throws IOException {
    rig = KinesisRig.start(folder.resolve("gateway"));
    spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "localhost")
            .config("spark.sql.shuffle.partitions", "1")
            .config("spark.sql.codegen.wholeStage", "false")
            .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.warehouse.dir", folder.resolve("warehouse").toUri().toString())
            .getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
    rig.close();
  }

  private static ConditionFactory await() {
    return Awaitility.await().pollInterval(Duration.ofMillis(10)).atMost(Duration.ofSeconds(60));
  }

  /** A row as it is compared: its batch, its key and its data. */
  private record Seen(long batch, String key, String data) {}

  /** A query's checkpoint, and what its runs have seen. */
  private static final class Query {
    final Map<String, String> options;
    final Path checkpoint;
    final ConcurrentLinkedQueue<Seen> seen = new ConcurrentLinkedQueue<>();

    /** Whether batches fail when they have been read. */
    final AtomicBoolean fails = new AtomicBoolean();

    Query(String stream, String... more) {
      options = new HashMap<>(rig.options(stream));
      for (int i = 0; i < more.length; i += 2) {
        options.put(more[i], more[i + 1]);
      }
      checkpoint = folder.resolve("checkpoint-" + System.nanoTime());
    }

    StreamingQuery start(Trigger trigger) throws Exception {
      DataStreamReader reader = spark.readStream().format("kinesis").options(options);
      VoidFunction2<Dataset<Row>, Long> batch =
          (rows, id) -> {
            for (Row row : rows.select("partitionKey", "data").collectAsList()) {
              seen.add(new Seen(id, row.getString(0), new String((byte[]) row.get(1))));
            }
            if (fails.get()) {
              throw new IllegalStateException("told to fail");
            }
          };
      return reader
          .load()
          .writeStream()
          .trigger(trigger)
          .option("checkpointLocation", checkpoint.toUri().toString())
          .foreachBatch(batch)
          .start();
    }

    StreamingQuery start() throws Exception {
      return start(Trigger.ProcessingTime(0));
    }

    /** Reads all that is there. */
    Query readAll() throws Exception {
      StreamingQuery query = start(Trigger.AvailableNow());
      assertThat(query.awaitTermination(60_000)).isTrue();
      return this;
    }

    List<String> data() {
      return seen.stream().map(Seen::data).toList();
    }

    List<Seen> batch(long id) {
      return seen.stream().filter(row -> row.batch() == id).toList();
    }
  }

  private static List<String> numbers(int first, int last) {
    return IntStream.rangeClosed(first, last).mapToObj(Integer::toString).toList();
  }

  @Test
  void rowsHaveTheColumnsOfDatabricks() throws Exception {
    rig.create("columns", 1);
    rig.put("columns", "k", "{\"a\":1}");
    List<Row> rows = new ArrayList<>();
    VoidFunction2<Dataset<Row>, Long> keep = (batch, id) -> rows.addAll(batch.collectAsList());
    spark
        .readStream()
        .format("kinesis")
        .options(rig.options("columns"))
        .load()
        .writeStream()
        .option("checkpointLocation", folder.resolve("columns").toUri().toString())
        .trigger(Trigger.AvailableNow())
        .foreachBatch(keep)
        .start()
        .awaitTermination();

    assertThat(rows).hasSize(1);
    Row row = rows.get(0);
    assertThat(row.schema()).isEqualTo(KinesisSource.SCHEMA);
    assertThat(row.getString(0)).isEqualTo("k");
    assertThat((byte[]) row.get(1)).asString().isEqualTo("{\"a\":1}");
    assertThat(row.getString(2)).isEqualTo("columns");
    assertThat(row.getString(3)).isEqualTo("shardId-000000000000");
    assertThat(row.getString(4)).matches("\\d{56}");
    assertThat(row.getTimestamp(5).toInstant())
        .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
  }

  @Test
  void everyRecordIsSeenOnceAndInOrderOfItsKeyWhileShardsAreSplitAndMerged() throws Exception {
    rig.create("resharded", 2);
    Query query = new Query("resharded", "maxRecordsPerTrigger", "200");
    StreamingQuery running = query.start();
    AtomicBoolean resharding = new AtomicBoolean(true);
    CompletableFuture<Integer> load =
        CompletableFuture.supplyAsync(
            () -> {
              int puts = 0;
              for (; resharding.get() || puts < 50; puts++) {
                int number = puts;
                // A key has a number from every request.
                rig.put("resharded", IntStream.range(0, 20).mapToObj(k -> number + "").toList());
              }
              return puts;
            });
    rig.reshard("resharded", 4);
    rig.reshard("resharded", 3);
    resharding.set(false);
    int puts = load.join();
    await().until(() -> query.seen.size() >= puts * 20);
    running.processAllAvailable();
    running.stop();

    Map<String, List<String>> byKey = new TreeMap<>();
    query.seen.forEach(
        row -> byKey.computeIfAbsent(row.key(), k -> new ArrayList<>()).add(row.data()));
    assertThat(byKey)
        .hasSize(20)
        .allSatisfy((key, data) -> assertThat(data).isEqualTo(numbers(0, puts - 1)));

    // Nothing of the past is read again, and all of it can be.
    assertThat(query.readAll().seen).hasSize(puts * 20);
    Query again = new Query("resharded", "maxRecordsPerTrigger", "1000").readAll();
    assertThat(again.data()).containsExactlyInAnyOrderElementsOf(query.data());
  }

  @Test
  void aBatchThatWasNotCommittedIsReadAgainAsItWas() throws Exception {
    rig.create("again", 2);
    Query query = new Query("again", "initialPosition", "latest");
    query.fails.set(true);
    StreamingQuery first = query.start();
    // Before the first offset is known nothing counts.
    await().until(() -> Files.exists(query.checkpoint.resolve("sources/0/initial-offset.json")));
    rig.now();
    rig.put("again", numbers(1, 20));
    await().until(() -> !first.isActive());
    List<Seen> failed = query.batch(0);
    assertThat(failed).isNotEmpty();
    rig.put("again", numbers(21, 40));

    query.seen.clear();
    assertThatThrownBy(() -> query.start().awaitTermination())
        .isInstanceOf(StreamingQueryException.class)
        .hasMessageContaining("told to fail");
    assertThat(query.batch(0)).containsExactlyInAnyOrderElementsOf(failed);

    query.seen.clear();
    query.fails.set(false);
    query.readAll();
    assertThat(query.batch(0)).containsExactlyInAnyOrderElementsOf(failed);
    assertThat(query.data()).containsExactlyInAnyOrderElementsOf(numbers(1, 40));
  }

  @Test
  void aQueryBeginsWhereItIsTold() throws Exception {
    rig.create("begin", 2);
    rig.put("begin", List.of("a", "b", "c"));
    Instant between = rig.now();
    rig.put("begin", List.of("d", "e"));

    assertThat(new Query("begin", "initialPosition", "trim_horizon").readAll().data())
        .containsExactlyInAnyOrder("a", "b", "c", "d", "e");
    String position = "{\"at_timestamp\":\"%s\"}".formatted(between);
    assertThat(new Query("begin", "initialPosition", position).readAll().data())
        .containsExactlyInAnyOrder("d", "e");
    rig.now();
    Query latest = new Query("begin", "initialPosition", "latest").readAll();
    assertThat(latest.data()).isEmpty();
    rig.put("begin", List.of("f"));
    assertThat(latest.readAll().data()).containsExactly("f");
  }

  @Test
  void aLimitCutsWhatIsThereIntoBatches() throws Exception {
    rig.create("limited", 3);
    rig.put("limited", numbers(1, 50));
    Query query = new Query("limited", "maxRecordsPerTrigger", "10").readAll();
    assertThat(query.data()).containsExactlyInAnyOrderElementsOf(numbers(1, 50));
    assertThat(query.seen.stream().map(Seen::batch).distinct()).hasSizeGreaterThanOrEqualTo(5);
    assertThat(query.batch(0)).hasSizeLessThanOrEqualTo(10);
  }

  @Test
  void anEndpointThatGoesAndComesBackIsWaitedFor() throws Exception {
    rig.create("away", 2);
    Query query = new Query("away");
    StreamingQuery running = query.start();
    rig.put("away", numbers(1, 20));
    await().until(() -> query.seen.size() == 20);
    rig.down();
    rig.up();
    rig.put("away", numbers(21, 40));
    await().until(() -> query.seen.size() >= 40);
    running.stop();
    assertThat(query.data()).containsExactlyInAnyOrderElementsOf(numbers(1, 40));
  }

  @Test
  void anEndpointThatDoesNotComeBackEndsTheQuery() {
    Query query = new Query("nowhere", "endpoint", "http://127.0.0.1:9", "clientRetries", "2");
    assertThatThrownBy(() -> query.start().awaitTermination())
        .isInstanceOf(StreamingQueryException.class)
        .hasRootCauseInstanceOf(java.net.ConnectException.class)
        .hasMessageContaining("Stream nowhere at http://127.0.0.1:9 could not be asked")
        .hasMessageContaining("takes up where it was");
  }

  @Test
  void errorsThatPassAreTriedAgain() throws Exception {
    rig.create("faulty", 2);
    try (FaultyDoor door = new FaultyDoor(rig.endpoint())) {
      Query query = new Query("faulty", "endpoint", door.endpoint().toString());
      door.fail("ListShards", "LimitExceededException");
      StreamingQuery running = query.start();
      rig.put("faulty", numbers(1, 20));
      await().until(() -> query.seen.size() == 20);
      door.fail(
          "GetRecords",
          "ProvisionedThroughputExceededException",
          "ExpiredIteratorException",
          "InternalFailure",
          "ExpiredIteratorException");
      door.fail("GetShardIterator", "ProvisionedThroughputExceededException");
      await().until(() -> door.hasFailed("GetRecords") && door.hasFailed("GetShardIterator"));
      rig.put("faulty", numbers(21, 40));
      await().until(() -> query.seen.size() >= 40);
      running.stop();
      assertThat(query.data()).containsExactlyInAnyOrderElementsOf(numbers(1, 40));

      door.fail("GetRecords", "AccessDeniedException");
      assertThatThrownBy(() -> query.start().awaitTermination())
          .hasMessageContaining("refused GetRecords: AccessDeniedException");
    }
  }

  @Test
  void anotherStreamOfTheSameNameIsRefusedUnderAnOldCheckpoint() throws Exception {
    rig.create("reborn", 2);
    rig.put("reborn", numbers(1, 5));
    Query query = new Query("reborn").readAll();
    rig.delete("reborn");

    assertThatThrownBy(() -> query.start().awaitTermination())
        .hasMessageContaining("Stream reborn", "is not there", "Create it");

    rig.create("reborn", 1);
    rig.put("reborn", numbers(6, 9));
    assertThatThrownBy(() -> query.start().awaitTermination())
        .hasMessageContaining("of one of the same name that was created at")
        .hasMessageContaining("failOnDataLoss");
    query.options.put("failOnDataLoss", "false");
    assertThat(query.readAll().data()).containsExactlyInAnyOrderElementsOf(numbers(1, 9));
  }

  @Test
  void aCheckpointOfAnotherStreamIsRefused() throws Exception {
    rig.create("mine", 1);
    rig.create("yours", 1);
    rig.put("mine", numbers(1, 2));
    Query query = new Query("mine").readAll();
    query.options.put("streamName", "yours");
    assertThatThrownBy(() -> query.start().awaitTermination())
        .hasMessageContaining("The checkpoint is of stream mine, and the query reads yours");
  }
}
