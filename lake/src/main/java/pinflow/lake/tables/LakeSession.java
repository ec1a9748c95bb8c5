package pinflow.lake.tables;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.fs.FileUtil;
import org.apache.spark.sql.SparkSession;

/**
 * Spark's session, set up for the size of the work.
 *
 * @param scratch a folder of this process's own, deleted at the end
 */
public record LakeSession(SparkSession spark, Path scratch) implements AutoCloseable {
  /**
   * Up to this many posts a run is over before generated code has paid for its compilation
   * (docs/performance.md).
   */
  private static final long SMALL = 20_000;

  private static final Map<String, String> ALWAYS =
      Map.ofEntries(
          Map.entry("spark.app.name", "pinflow"),
          Map.entry("spark.ui.enabled", "false"),
          Map.entry("spark.ui.showConsoleProgress", "false"),
          Map.entry("spark.driver.host", "localhost"),
          Map.entry("spark.driver.bindAddress", "127.0.0.1"),
          Map.entry("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension"),
          Map.entry(
              "spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog"),
          Map.entry("spark.delta.logStore.file.impl", LocalLogStore.class.getName()),
          Map.entry("spark.delta.logStore.s3a.impl", S3LogStore.class.getName()),
          Map.entry("spark.sql.session.timeZone", "UTC"),
          Map.entry("spark.sql.datetime.java8API.enabled", "true"),
          // Else VACUUM lists a table's one folder with 10,000 tasks.
          Map.entry("spark.sql.sources.parallelPartitionDiscovery.parallelism", "2"),
          // Upkeep says itself what is too short.
          Map.entry("spark.databricks.delta.retentionDurationCheck.enabled", "false"),
          // The first lower() would have ICU make the title case of every letter, ten seconds on
          // busy cores.
          Map.entry("spark.sql.icu.caseMappings.enabled", "false"),
          // A cast that fails must not become a null.
          Map.entry("spark.sql.ansi.enabled", "true"));

  private static final Map<String, String> FEW_POSTS =
      Map.of(
          "spark.sql.codegen.wholeStage", "false",
          "spark.sql.codegen.factoryMode", "NO_CODEGEN",
          "spark.sql.adaptive.enabled", "false",
          "spark.sql.shuffle.partitions", "1",
          "spark.databricks.delta.snapshotPartitions", "1");

  private static final Map<String, String> MANY_POSTS =
      Map.of(
          "spark.sql.codegen.wholeStage", "true",
          "spark.sql.codegen.factoryMode", "FALLBACK",
          "spark.sql.adaptive.enabled", "true",
          "spark.sql.shuffle.partitions", "16",
          "spark.databricks.delta.snapshotPartitions", "4");

  /** For small batches one after the other, for days. */
  private static final Map<String, String> LIVE =
      Map.ofEntries(
          Map.entry("spark.sql.streaming.minBatchesToRetain", "10"),
          // Queries are told apart by their progress, not by what Spark logs of them.
          Map.entry("spark.sql.streaming.numRecentProgressUpdates", "2"),
          // A checkpoint takes half a second; by default every tenth commit makes one.
          Map.entry("spark.databricks.delta.properties.defaults.checkpointInterval", "200"),
          Map.entry(
              "spark.databricks.delta.properties.defaults.logRetentionDuration", "interval 1 hour"),
          // So that compaction leaves alone what it has written together.
          Map.entry("spark.databricks.delta.optimize.minFileSize", Integer.toString(16 << 20)),
          Map.entry("spark.databricks.delta.optimize.maxFileSize", Integer.toString(64 << 20)));

  private static final Map<String, String> LOCAL_CHECKPOINTS =
      Map.of(
          "spark.sql.streaming.checkpointFileManagerClass",
          LocalCheckpoints.class.getName(),
          "spark.sql.streaming.checkpoint.fileChecksum.enabled",
          "false");

  /**
   * Starts the session for streaming queries.
   *
   * @param localCheckpoints whether all checkpoints are in local folders
   */
  public static LakeSession startLive(
      String master, boolean localCheckpoints, Map<String, String> hadoop) {
    Map<String, String> settings = new HashMap<>(FEW_POSTS);
    settings.putAll(LIVE);
    if (localCheckpoints) {
      settings.putAll(LOCAL_CHECKPOINTS);
    }
    return start(master, settings, hadoop);
  }

  /**
   * Starts the session.
   *
   * @param master such as {@code local[*]}
   * @param posts how many posts to expect
   * @param hadoop Hadoop settings, for an {@code s3a} location its endpoint and credentials; they
   *     are not among Spark's own, which it logs
   */
  public static LakeSession start(String master, long posts, Map<String, String> hadoop) {
    return start(master, settings(posts), hadoop);
  }

  private static LakeSession start(
      String master, Map<String, String> settings, Map<String, String> hadoop) {
    Path scratch =
        Path.of(
            System.getProperty("java.io.tmpdir"), "pinflow-spark-" + ProcessHandle.current().pid());
    SparkSession.Builder builder =
        SparkSession.builder()
            .master(master)
            .config("spark.sql.warehouse.dir", scratch.resolve("warehouse").toUri().toString());
    ALWAYS.forEach(builder::config);
    settings.forEach(builder::config);
    SparkSession spark = builder.getOrCreate();
    hadoop.forEach(spark.sparkContext().hadoopConfiguration()::set);
    return new LakeSession(spark, scratch);
  }

  /**
   * Changes what a session can change to suit a number of posts: those expected at the start may
   * have been others, or work may follow on all that there are.
   */
  public static void fit(SparkSession spark, long posts) {
    settings(posts).forEach(spark.conf()::set);
  }

  private static Map<String, String> settings(long posts) {
    return posts <= SMALL ? FEW_POSTS : MANY_POSTS;
  }

  @Override
  public void close() {
    spark.stop();
    FileUtil.fullyDelete(scratch.toFile());
  }
}
