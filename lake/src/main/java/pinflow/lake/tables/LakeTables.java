package pinflow.lake.tables;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.delta.tables.DeltaTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.DeltaOperations;
import org.apache.spark.sql.delta.OptimisticTransaction;
import org.apache.spark.sql.delta.Snapshot;
import org.apache.spark.sql.delta.VersionChecksum;
import org.apache.spark.sql.delta.actions.Action;
import org.apache.spark.sql.delta.actions.SetTransaction;
import org.apache.spark.sql.streaming.OutputMode;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;
import scala.Option;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

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
  private @Nullable SmallTables small;
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
    this.committed = committed;
    this.commitsAtOnce = commitsAtOnce;
    // Hadoop's form (file:/…): Delta takes file:///… for another place.
    this.location = new Path(location) + "/";
  }

  /** The tables whose rows are few, for a quicker way to them. */
  public synchronized SmallTables small() {
    if (small == null) {
      small = new SmallTables(this, spark.sessionState().newHadoopConf());
    }
    return small;
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
    return snapshot(table).version();
  }

  /** The version of an application's last commit to the table; -1 if there is none. */
  public long lastCommit(String table, String application) {
    return lastCommit(snapshot(table), application);
  }

  private static long lastCommit(Snapshot snapshot, String application) {
    if (snapshot.version() < 0) {
      return -1;
    }
    // The checksum file has them, as a rule; to compute the table's state takes a job.
    Option<Seq<SetTransaction>> written =
        snapshot.checksumOpt().flatMap(VersionChecksum::setTransactions);
    return written.isDefined()
        ? CollectionConverters.asJava(written.get()).stream()
            .filter(commit -> commit.appId().equals(application))
            .mapToLong(SetTransaction::version)
            .findFirst()
            .orElse(-1)
        : (long) snapshot.transactions().getOrElse(application, () -> -1L);
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

  /**
   * Adds rows to a table, which is made if it is not there; one that an older Pinflow made gets the
   * columns that it lacks.
   */
  public void append(String table, StructType schema, Dataset<Row> rows) {
    commit(table, () -> write(table, rows.to(schema)));
  }

  /**
   * As {@link #append}, for a few rows, many times, and without a query: that way reads the table's
   * whole log again each time to find the application's last commit, and writes by a job.
   *
   * @param schema the table's
   * @param rows in Spark's own form; without any the table is only made
   */
  public void addTo(String table, StructType schema, List<InternalRow> rows) {
    commit(table, transaction -> added(table, schema, rows, transaction));
  }

  /**
   * @return false if the table has had the transaction
   */
  private boolean added(
      String table, StructType schema, List<InternalRow> rows, Transaction transaction) {
    DeltaLog log = DeltaLog.forTable(spark, path(table));
    // As this process has it, which mostly is its only writer: if not, the commit is a conflict,
    // after which it is the newest.
    Snapshot known = log.unsafeVolatileSnapshot();
    Snapshot snapshot = known.version() < 0 ? snapshot(table) : known;
    if (lastCommit(snapshot, transaction.application()) >= transaction.version()) {
      return false;
    }
    boolean isNew = snapshot.version() < 0;
    if (!isNew && !snapshot.schema().catalogString().equals(schema.catalogString())) {
      write(table, LocalRows.dataset(spark, schema, rows));
      return true;
    }
    OptimisticTransaction commit = log.startTransaction(Option.empty(), Option.apply(snapshot));
    // So that all that another process has committed is a conflict: it may be the same.
    commit.readWholeTable();
    if (isNew) {
      commit.updateMetadata(NewTable.metadata(schema), false);
    }
    List<Action> actions = new ArrayList<>();
    if (!rows.isEmpty()) {
      actions.add(SmallFile.write(spark, path(table), schema, rows));
    }
    actions.add(
        new SetTransaction(
            transaction.application(),
            transaction.version(),
            Option.apply(System.currentTimeMillis())));
    commit.commit(
        CollectionConverters.asScala(actions).toSeq(),
        new DeltaOperations.StreamingUpdate(
            OutputMode.Append(), transaction.application(), transaction.version(), Option.empty()));
    return true;
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

  /**
   * Puts rows in the place of those that they match; some only take them away.
   *
   * @param match over {@code old} and {@code new}; of several rows at most one may match one
   * @param gone over {@code new}: whether nothing comes in the place of the old row
   */
  public void replace(String table, Dataset<Row> rows, String match, String gone) {
    commit(
        table,
        () ->
            DeltaTable.forPath(spark, path(table))
                .as("old")
                .merge(rows.as("new"), match)
                .whenMatched(gone)
                .delete()
                .whenMatched()
                .updateAll()
                .execute());
  }

  private void write(String table, Dataset<Row> rows) {
    rows.write()
        .format("delta")
        .mode("append")
        .option("mergeSchema", true)
        .options(NewTable.properties(rows.schema()))
        .save(path(table));
  }

  private void commit(String table, Runnable write) {
    commit(
        table,
        transaction -> {
          write.run();
          return true;
        });
  }

  /**
   * Another process may have committed the same: then it is done.
   *
   * @param write says whether it wrote
   */
  private void commit(String table, Predicate<Transaction> write) {
    Transaction transaction = running();
    again(
        table,
        () -> {
          try {
            if (!write.test(transaction)) {
              return false;
            }
          } catch (ConcurrentModificationException e) {
            if (lastCommit(table, transaction.application()) >= transaction.version()) {
              return false;
            }
            throw e;
          }
          committed(table);
          return true;
        });
  }

  /** That of {@link #inTransaction}. */
  Transaction running() {
    return Objects.requireNonNull(running, "no transaction");
  }

  /** To be told of each commit. */
  void committed(String table) {
    committed.accept(table);
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

  private Snapshot snapshot(String table) {
    DeltaLog log = DeltaLog.forTable(spark, path(table));
    return log.update(log.update$default$1(), log.update$default$2(), log.update$default$3());
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
