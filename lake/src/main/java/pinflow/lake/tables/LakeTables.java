package pinflow.lake.tables;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.delta.kernel.Snapshot;
import io.delta.tables.DeltaTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;

/** The Delta tables under one location; contracts/tables.json has their columns. */
public final class LakeTables {
  /** Another process can win the race for a table's next version this many times in a row. */
  private static final int ATTEMPTS = 10;

  private static final int COMMITS_AT_ONCE = 4;

  private static final String TXN_APPLICATION = "spark.databricks.delta.write.txnAppId";
  private static final String TXN_VERSION = "spark.databricks.delta.write.txnVersion";

  private static final Map<String, List<String>> CONTRACT = contract();

  private final SparkSession spark;
  private final String location;
  private final DeltaKernel kernel;
  private final Consumer<String> committed;
  private final int commitsAtOnce;
  private volatile @Nullable Transaction running;

  /**
   * @param location the folder of the tables: {@code file:///…} or {@code s3a://bucket/prefix}
   * @param committed told of each table that a commit has been made to
   */
  public LakeTables(SparkSession spark, String location, Consumer<String> committed) {
    this(spark, location, committed, COMMITS_AT_ONCE);
  }

  /**
   * @param commitsAtOnce how many of {@link #atOnce} run side by side; with one they keep their
   *     order
   */
  public LakeTables(
      SparkSession spark, String location, Consumer<String> committed, int commitsAtOnce) {
    this.spark = spark;
    this.kernel = new DeltaKernel(spark.sessionState().newHadoopConf());
    this.committed = committed;
    this.commitsAtOnce = commitsAtOnce;
    // Hadoop's form (file:/…): Delta takes file:///… for another place.
    this.location = new Path(location) + "/";
  }

  /** The columns of a table of contracts/tables.json, in order. */
  public static StructType schema(String table) {
    return StructType.fromDDL(
        String.join(", ", Objects.requireNonNull(CONTRACT.get(table), table)));
  }

  public SparkSession spark() {
    return spark;
  }

  /** The table's folder. */
  public String path(String table) {
    return location + table;
  }

  /** The table's newest version; -1 if it is not there. */
  public long version(String table) {
    return kernel.newest(path(table)).map(Snapshot::getVersion).orElse(-1L);
  }

  /** The version of an application's last commit to the table; -1 if there is none. */
  public long lastCommit(String table, String application) {
    return kernel
        .newest(path(table))
        .map(snapshot -> kernel.lastCommit(snapshot, application))
        .orElse(-1L);
  }

  /** All rows of a small table's newest version; none if it is not there. */
  public List<Row> rows(String table, String... columns) {
    return kernel
        .newest(path(table))
        .map(snapshot -> kernel.rows(snapshot, List.of(columns)))
        .orElse(List.of());
  }

  /**
   * The same rows, computed by the first job that reads all of them and then kept, in memory or on
   * disk, as long as anything refers to them.
   *
   * <p>Not {@code persist}: each later query would be planned with the whole plan that leads to
   * them.
   */
  public static Dataset<Row> computedOnce(Dataset<Row> rows) {
    return rows.localCheckpoint(false, StorageLevel.MEMORY_AND_DISK());
  }

  /** The table's rows at a version, as they were. */
  public Dataset<Row> read(String table, long version) {
    return spark.read().format("delta").option("versionAsOf", version).load(path(table));
  }

  /**
   * Runs commits as parts of a transaction: a table that has had it takes none of them.
   *
   * @param commits may commit to each table once, also {@link #atOnce}
   */
  public void inTransaction(Transaction transaction, Runnable commits) {
    // Delta's own configuration, since a MERGE takes no options.
    spark.conf().set(TXN_APPLICATION, transaction.application());
    spark.conf().set(TXN_VERSION, transaction.version());
    running = transaction;
    try {
      commits.run();
    } finally {
      running = null;
      spark.conf().unset(TXN_VERSION);
      spark.conf().unset(TXN_APPLICATION);
    }
  }

  /**
   * Runs commits to several tables side by side: a small one mostly waits for one job after the
   * other. When one fails no further one is begun.
   */
  public void atOnce(List<Runnable> commits) {
    ExecutorService threads = Executors.newFixedThreadPool(commitsAtOnce);
    AtomicBoolean failed = new AtomicBoolean();
    try {
      CompletableFuture.allOf(
              commits.stream()
                  .map(commit -> CompletableFuture.runAsync(() -> unless(failed, commit), threads))
                  .toArray(CompletableFuture[]::new))
          .join();
    } finally {
      threads.shutdown();
    }
  }

  private static void unless(AtomicBoolean failed, Runnable commit) {
    if (failed.get()) {
      return;
    }
    boolean ended = false;
    try {
      commit.run();
      ended = true;
    } finally {
      failed.compareAndSet(false, !ended);
    }
  }

  /** Adds rows to a table, which is made if it is not there. */
  public void append(String table, StructType schema, Dataset<Row> rows) {
    commit(table, () -> write(table, rows.to(schema)));
  }

  /** Adds a few rows to a table, which is made if it is not there. */
  public void append(String table, StructType schema, List<Row> rows) {
    commitFew(table, schema, rows, false);
  }

  /**
   * Makes a few rows the table's only ones.
   *
   * @return the version that holds them; nothing if the table has a later one of the application
   */
  public OptionalLong overwrite(String table, StructType schema, List<Row> rows) {
    return commitFew(table, schema, rows, true);
  }

  private OptionalLong commitFew(
      String table, StructType schema, List<Row> rows, boolean replaces) {
    Transaction transaction = Objects.requireNonNull(running, "no transaction");
    return again(
        table,
        () -> {
          Optional<Snapshot> before = kernel.newest(path(table));
          long last =
              before.map(it -> kernel.lastCommit(it, transaction.application())).orElse(-1L);
          if (last > transaction.version()) {
            return OptionalLong.empty();
          }
          if (before.isPresent() && last == transaction.version()) {
            return OptionalLong.of(before.get().getVersion());
          }
          long version = kernel.commit(path(table), schema, rows, replaces, before, transaction);
          committed.accept(table);
          return OptionalLong.of(version);
        });
  }

  /**
   * Adds rows to a table, in place of those that they match.
   *
   * @param match over {@code old} and {@code new}; of several rows at most one may match one
   */
  public void upsert(String table, Dataset<Row> rows, String match) {
    commit(
        table,
        () ->
            DeltaTable.forPath(spark, path(table))
                .as("old")
                .merge(rows.as("new"), match)
                .whenMatched()
                .updateAll()
                .whenNotMatched()
                .insertAll()
                .execute());
  }

  private void write(String table, Dataset<Row> rows) {
    var writer = rows.write().format("delta").mode("append");
    // Properties of a table that is made by this; one that is there keeps its own.
    writer.option("delta.enableDeletionVectors", "true");
    if (Arrays.asList(rows.columns()).contains("ind")) {
      writer.option("delta.dataSkippingStatsColumns", "ind");
    }
    writer.save(path(table));
  }

  /** Another process may have committed the same: then it is done. */
  private void commit(String table, Runnable write) {
    Transaction transaction = Objects.requireNonNull(running, "no transaction");
    again(
        table,
        () -> {
          try {
            write.run();
          } catch (ConcurrentModificationException e) {
            if (lastCommit(table, transaction.application()) >= transaction.version()) {
              return false;
            }
            throw e;
          }
          committed.accept(table);
          return true;
        });
  }

  /** Writes to a table, again when another process was first. */
  <T> T again(String table, Supplier<T> write) {
    for (int attempt = 1; ; attempt++) {
      try {
        return write.get();
      } catch (ConcurrentModificationException e) {
        if (attempt == ATTEMPTS) {
          throw LakeException.found(
              "Table %s could not be written: other processes were first %d times. Run the job again when they have ended."
                  .formatted(path(table), ATTEMPTS),
              e);
        }
      }
    }
  }

  private static Map<String, List<String>> contract() {
    try (InputStream json =
        LakeTables.class.getResourceAsStream("/pinflow/contracts/tables.json")) {
      return new ObjectMapper().readValue(json, new TypeReference<>() {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
