package pinflow.lake.live;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count_if;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import pinflow.lake.batch.Outcomes;
import pinflow.lake.batch.TableRows;
import pinflow.lake.batch.Tally;
import pinflow.lake.live.RecordCleaner.CleanedRecord;
import pinflow.lake.tables.LakeException;
import pinflow.lake.tables.LakeTables;
import pinflow.lake.tables.Transaction;
import pinflow.lake.tables.Upkeep;

/**
 * Takes the micro-batches of one query into the stream's tables, each once and {@code events} last.
 *
 * <p>Records of inds that are new are appended as they are; only those of an ind that is known, or
 * there twice, are judged with what {@code events} has of it.
 */
final class LiveBatches {
  private static final Column KEPT = col("content").isNotNull();

  private final String location;
  private final StreamTables names;
  private final String application;
  private final int compactAfter;
  private final Progress progress;
  private final Consumer<String> committed;
  private final RecordCleaner cleaner;
  private final KnownInds known;

  /** The number of the last batch that is in all tables. */
  private long done;

  private long commitsSinceCompaction;
  private volatile Instant rowsCommitted = Instant.EPOCH;

  private LiveBatches(
      String location,
      StreamTables names,
      String application,
      int compactAfter,
      Progress progress,
      Consumer<String> committed,
      RecordCleaner cleaner,
      KnownInds known,
      long done) {
    this.location = location;
    this.names = names;
    this.application = application;
    this.compactAfter = compactAfter;
    this.progress = progress;
    this.committed = committed;
    this.cleaner = cleaner;
    this.known = known;
    this.done = done;
  }

  /**
   * Begins where the tables are.
   *
   * @param application under which the tables are committed to: of the query's checkpoint
   * @param compactAfter commits after which small files are written together
   * @param committed told of each table that a commit has been made to
   * @throws LakeException if the tables were filled under another checkpoint
   */
  static LiveBatches begin(
      SparkSession spark,
      String location,
      StreamTables names,
      String application,
      int compactAfter,
      Progress progress,
      Consumer<String> committed) {
    LakeTables tables = new LakeTables(spark, location, table -> {});
    long version = tables.version(names.events());
    long done = tables.lastCommit(names.events(), application);
    KnownInds known = new KnownInds();
    if (version < 0) {
      progress.begins(0, 0, 0);
    } else {
      expectOwn(tables, names, done);
      Dataset<Row> events = tables.read(names.events(), version);
      tell(events, progress);
      known.addAll(events.where(KEPT).select("ind"));
    }
    return new LiveBatches(
        location,
        names,
        application,
        compactAfter,
        progress,
        committed,
        RecordCleaner.of(spark, names.table()),
        known,
        done);
  }

  private static void expectOwn(LakeTables tables, StreamTables names, long done) {
    if (done < 0) {
      throw LakeException.found(
          "The tables of stream %s were filled under another checkpoint: %s has no batch of this one, which would take every record again. Restore the checkpoint that belongs to them, or remove the tables %s, %s and %s to begin anew."
              .formatted(
                  names.stream(),
                  tables.path(names.events()),
                  names.rows(),
                  names.quarantine(),
                  names.events()));
    }
  }

  private static void tell(Dataset<Row> events, Progress progress) {
    Row counts =
        events
            .agg(
                count_if(col("outcome").isNotNull()),
                count_if(col("outcome").equalTo("clean")),
                count_if(col("outcome").equalTo("quarantined")))
            .first();
    progress.begins(counts.getLong(0), counts.getLong(1), counts.getLong(2));
  }

  private void committed(String table) {
    if (table.equals(names.rows())) {
      rowsCommitted = Instant.now();
    }
    committed.accept(table);
  }

  /**
   * Takes a batch; nothing happens if it is there already.
   *
   * @param records as the source {@code kinesis} has them
   * @param batch its number, which with the checkpoint says which records it has
   */
  void take(Dataset<Row> records, long batch) {
    if (batch <= done) {
      return;
    }
    // Of the query's own session, since commits are made under settings of the session.
    LakeTables tables = new LakeTables(records.sparkSession(), location, this::committed);
    List<CleanedRecord> cleaned = cleaner.clean(records);
    if (!cleaned.isEmpty()) {
      take(tables, cleaned, batch);
    }
    done = batch;
    compactNowAndThen(tables);
  }

  private void take(LakeTables tables, List<CleanedRecord> cleaned, long batch) {
    Dataset<Row> events = cleaner.rows(tables.spark(), cleaned);
    List<CleanedRecord> kept = cleaned.stream().filter(CleanedRecord::kept).toList();
    long quarantined = cleaned.size() - kept.size();
    Set<Long> touched = touched(kept);
    long added = kept.size();
    if (touched.isEmpty()) {
      Tally tally = Tally.ofNew(names.table(), kept.size(), quarantined);
      write(tables, events, Outcomes.ofNew(events.where(KEPT)), tally, batch);
    } else {
      Dataset<Row> outcomes = LakeTables.computedOnce(judged(tables, events.where(KEPT), touched));
      try {
        Tally tally = Tally.of(outcomes, Map.of(names.table(), quarantined));
        long replacing = tally.replaced().isEmpty() ? 0 : outcomes.where(col("replaces")).count();
        added = tally.rows().getOrDefault(names.table(), 0L) - replacing;
        write(tables, events, outcomes, tally, batch);
      } finally {
        LakeTables.release(outcomes);
      }
    }
    kept.forEach(record -> known.add(record.keptInd()));
    List<Long> arrivals = kept.stream().map(CleanedRecord::arrival).toList();
    progress.commits(batch, cleaned.size(), added, quarantined, arrivals, rowsCommitted);
  }

  /** The inds that are there twice or may be known. */
  private Set<Long> touched(List<CleanedRecord> kept) {
    Set<Long> inds = new HashSet<>();
    Set<Long> touched = new HashSet<>();
    for (CleanedRecord record : kept) {
      long ind = record.keptInd();
      if (!inds.add(ind) || known.mayHold(ind)) {
        touched.add(ind);
      }
    }
    return touched;
  }

  private Dataset<Row> judged(LakeTables tables, Dataset<Row> kept, Set<Long> touched) {
    Dataset<Row> inds =
        broadcast(
            tables.spark().createDataset(new ArrayList<>(touched), Encoders.LONG()).toDF("ind"));
    Dataset<Row> repeats = kept.join(inds, kept.col("ind").equalTo(inds.col("ind")), "leftsemi");
    Dataset<Row> fresh = kept.join(inds, kept.col("ind").equalTo(inds.col("ind")), "leftanti");
    return Outcomes.ofNew(fresh).unionByName(Outcomes.of(repeats, old(tables, inds, touched)));
  }

  private Dataset<Row> old(LakeTables tables, Dataset<Row> inds, Set<Long> touched) {
    long version = tables.version(names.events());
    if (version < 0) {
      return tables.spark().createDataFrame(List.of(), LakeTables.schema("events"));
    }
    LongSummaryStatistics around = touched.stream().mapToLong(ind -> ind).summaryStatistics();
    return tables
        .read(names.events(), version)
        .where(KEPT)
        // For the statistics of the files.
        .where(col("ind").between(around.getMin(), around.getMax()))
        .join(inds, new String[] {"ind"}, "leftsemi");
  }

  private void write(
      LakeTables tables, Dataset<Row> events, Dataset<Row> outcomes, Tally tally, long batch) {
    String table = names.table();
    long rows = tally.rows().getOrDefault(table, 0L);
    Tally.Range replaced = tally.replaced().get(table);
    tables.inTransaction(
        new Transaction(application, batch),
        () -> {
          tables.atOnce(
              List.of(
                  () ->
                      write(
                          tables,
                          names.rows(),
                          table,
                          rows,
                          TableRows.rows(table, outcomes),
                          match(replaced, "ind")),
                  () ->
                      write(
                          tables,
                          names.quarantine(),
                          "quarantine",
                          tally.quarantined(),
                          TableRows.quarantined(events),
                          null)));
          // Last, since it says that the batch is done.
          write(
              tables,
              names.events(),
              "events",
              tally.events(),
              TableRows.outcomeRows(events, outcomes, tally.changed() != null),
              match(tally.changed(), "topic", "partition", "offset"));
        });
  }

  private static @Nullable String match(Tally.@Nullable Range within, String... columns) {
    if (within == null) {
      return null;
    }
    StringBuilder match =
        new StringBuilder("old.ind BETWEEN %d AND %d".formatted(within.least(), within.greatest()));
    for (String column : columns) {
      match.append(" AND old.`%s` = new.`%s`".formatted(column, column));
    }
    return match.toString();
  }

  /** Without rows the table is only made. */
  private void write(
      LakeTables tables,
      String table,
      String like,
      long number,
      Dataset<Row> rows,
      @Nullable String match) {
    if (number == 0 && (done >= 0 || tables.version(table) >= 0)) {
      return;
    }
    Dataset<Row> file = rows.coalesce(1);
    if (match == null) {
      tables.addTo(table, LakeTables.schema(like), file);
    } else {
      tables.upsert(table, file, match);
    }
  }

  /** In the query's own thread, so that nothing else writes to its tables meanwhile. */
  private void compactNowAndThen(LakeTables tables) {
    if (++commitsSinceCompaction >= compactAfter) {
      commitsSinceCompaction = 0;
      Upkeep upkeep = new Upkeep(tables);
      for (String table : List.of(names.rows(), names.quarantine(), names.events())) {
        upkeep.compact(table);
      }
    }
  }
}
