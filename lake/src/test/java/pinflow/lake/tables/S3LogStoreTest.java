package pinflow.lake.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.lake.TestSpark;
import pinflow.lake.batch.SinkBucket;

class S3LogStoreTest {
  private static final StructType SCHEMA = StructType.fromDDL("ind BIGINT");

  @TempDir static Path folder;

  private static SinkBucket bucket;
  private static String location;
  private static Configuration hadoop;

  @BeforeAll
  static void start() throws Exception {
    bucket = SinkBucket.start(folder);
    location = "s3a://" + bucket.store().bucket() + "/lake";
    hadoop = TestSpark.session().sparkContext().hadoopConfiguration();
    hadoop.set("fs.s3a.endpoint", String.valueOf(bucket.store().endpoint()));
    hadoop.set("fs.s3a.endpoint.region", bucket.store().region());
    hadoop.set("fs.s3a.path.style.access", "true");
    hadoop.set("fs.s3a.access.key", SinkBucket.ACCESS_KEY);
    hadoop.set("fs.s3a.secret.key", SinkBucket.SECRET_KEY);
  }

  @AfterAll
  static void stop() throws Exception {
    bucket.close();
  }

  @Test
  void ofTwoWritersOfAVersionOneSucceeds() {
    List<List<String>> winners =
        LogStoreRace.winners(
            20,
            () -> new S3LogStore(hadoop),
            version -> new org.apache.hadoop.fs.Path(location + "/raced/_delta_log/" + version),
            hadoop);
    assertThat(winners).hasSize(20).allSatisfy(won -> assertThat(won).hasSize(1));
  }

  /** By Spark and by Delta Kernel. */
  @Test
  void aTableOfManyWritersHasAllRows() {
    CompletableFuture<?>[] writers = new CompletableFuture<?>[2];
    LakeTables first = lake();
    commit(first, "plans", "maker", 0, -1, true);
    commit(first, "rows", "maker", 0, -1, false);
    for (int writer = 0; writer < writers.length; writer++) {
      String application = "writer-" + writer;
      int of = writer;
      LakeTables lake = lake();
      writers[writer] =
          CompletableFuture.runAsync(
              () -> {
                for (int n = 0; n < 4; n++) {
                  commit(lake, "plans", application, n, 10 * of + n, true);
                  commit(lake, "rows", application, n, 10 * of + n, false);
                }
              });
    }
    CompletableFuture.allOf(writers).join();
    for (String table : List.of("plans", "rows")) {
      assertThat(TestSpark.rows(first, table, "ind"))
          .containsExactly(
              TestSpark.row(-1L),
              TestSpark.row(0L),
              TestSpark.row(1L),
              TestSpark.row(2L),
              TestSpark.row(3L),
              TestSpark.row(10L),
              TestSpark.row(11L),
              TestSpark.row(12L),
              TestSpark.row(13L));
    }
  }

  /** With a session of its own, which holds a transaction's number. */
  private static LakeTables lake() {
    return new LakeTables(TestSpark.session().newSession(), location, table -> {});
  }

  private static void commit(
      LakeTables lake, String table, String application, int number, long ind, boolean small) {
    List<Row> rows = List.of(RowFactory.create(ind));
    Dataset<Row> dataset = lake.spark().createDataFrame(rows, SCHEMA);
    lake.inTransaction(
        new Transaction(application, number),
        () -> {
          if (small) {
            lake.small().append(table, SCHEMA, rows);
          } else {
            lake.append(table, SCHEMA, dataset);
          }
        });
  }
}
