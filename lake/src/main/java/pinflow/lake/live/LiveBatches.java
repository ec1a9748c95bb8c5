package pinflow.lake.live;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_distinct;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.jspecify.annotations.Nullable;
import pinflow.lake.live.StreamRows.Cleaned;
import pinflow.lake.tables.LakeException;
import pinflow.lake.tables.LakeTables;
import pinflow.lake.tables.LocalRows;
import pinflow.lake.tables.Transaction;
import pinflow.lake.tables.Upkeep;

/**
 * Takes the micro-batches of one query into the stream's tables, each once and {@code events} last.
 *
 * <p>Records of inds that are new are appended as they are, without a query; only those of an ind
 * that is known, or there twice, are judged with what {@code events} has of it.
 */
final class LiveBatches {
  private static final Column KEPT = col("content").isNotNull();

  private final String location;
  private final StreamTables names;
  private final String application;
  private final int compactAfter;
  private final Progress progress;
  private final Consumer<String> committed;
  private final StreamRows rows;
  private final KnownInds known;

  /** The number of the last batch that is in all tables. */
  private long done;

  /** Whether all tables are there. */
  private boolean made;

  private long commitsSinceCompaction;

  /** When the rows of the batch were committed; null when it has none, or not yet. */
  private @Nullable Instant rowsCommitted;

  private LiveBatches(
      String location,
      StreamTables names,
      String application,
      int compactAfter,
      Progress progress,
      Consumer<String> committed,
      StreamRows rows,
      KnownInds known,
      long done) {
    this.location = location;
    this.names = names;
    this.application = application;
    this.compactAfter = compactAfter;
    this.progress = progress;
    this.committed = committed;
    this.rows = rows;
    this.known = known;
    this.done = done;
    this.made = done >= 0;
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
    // Looked at anew: a user may have removed the tables since this process last did.
    tables.version(names.rows());
    tables.version(names.quarantine());
    long done = tables.lastCommit(names.events(), application);
    KnownInds known = new KnownInds();
    if (version < 0) {
      progress.begins(0, 0, 0);
    } else {
      expectOwn(tables, names, done);
      Dataset<Row> events = tables.read(names.events(), version);
      tell(events, progress);
      known.addInds(events.where(KEPT).select("ind"));
    }
    return new LiveBatches(
        location,
        names,
        application,
        compactAfter,
        progress,
        committed,
        new StreamRows(spark, names.table()),
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
    rowsCommitted = null;
    List<Cleaned> cleaned = rows.clean(records);
    if (!cleaned.isEmpty()) {
      take(tables, cleaned, batch);
      made = true;
    }
    done = batch;
    compactNowAndThen(tables);
  }

  private void take(LakeTables tables, List<Cleaned> cleaned, long batch) {
    List<Cleaned> quarantined = cleaned.stream().filter(record -> !record.kept()).toList();
    List<Cleaned> kept = cleaned.stream().filter(Cleaned::kept).toList();
    Set<Long> touched = touched(kept);
    List<Cleaned> fresh = kept.stream().filter(r -> !touched.contains(r.keptInd())).toList();
    List<Cleaned> repeats = kept.stream().filter(r -> touched.contains(r.keptInd())).toList();
    List<InternalRow> newRows = rows.tableRows(fresh);
    List<InternalRow> newEvents = rows.quarantinedEvents(quarantined);
    Map<Long, List<InternalRow>> ends = new HashMap<>();
    for (Cleaned record : fresh) {
      InternalRow event = rows.event(record);
      newEvents.add(event);
      ends.put(record.keptInd(), List.of(event));
    }
    Judged judged = judge(tables, repeats, touched);
    newRows.addAll(judged.rows());
    newEvents.addAll(judged.events());
    ends.putAll(judged.ends());
    write(tables, newRows, rows.quarantine(quarantined), newEvents, judged, batch);
    known.addAll(ends);
    Instant at = Objects.requireNonNullElseGet(rowsCommitted, Instant::now);
    List<Long> arrivals = fresh.stream().map(Cleaned::arrival).toList();
    long added = newRows.size() - judged.replaced().getCount();
    progress.commits(batch, cleaned.size(), added, quarantined.size(), arrivals, at);
  }

  /** The inds that are there twice or may be known. */
  private Set<Long> touched(List<Cleaned> kept) {
    Set<Long> inds = new HashSet<>();
    Set<Long> touched = new HashSet<>();
    for (Cleaned record : kept) {
      long ind = record.keptInd();
      if (!inds.add(ind) || known.mayHold(ind)) {
        touched.add(ind);
      }
    }
    return touched;
  }

  private Judged judge(LakeTables tables, List<Cleaned> repeats, Set<Long> touched) {
    List<InternalRow> old = new ArrayList<>();
    List<Long> unheld = new ArrayList<>();
    for (Long ind : touched) {
      List<InternalRow> ends = known.ends(ind);
      if (ends != null) {
        old.addAll(ends);
      } else if (known.mayHold(ind)) {
        unheld.add(ind);
      }
    }
    old.addAll(events(tables, unheld, LiveBatches::ends));
    Judged judged = Judged.of(rows, repeats, old);
    if (judged.late().isEmpty()) {
      return judged;
    }
    int ind = LakeTables.schema("events").fieldIndex("ind");
    old.removeIf(event -> judged.late().contains(event.getLong(ind)));
    old.addAll(events(tables, judged.late(), events -> events));
    return Judged.of(rows, repeats, old);
  }

  /** What {@code events} has of some inds. */
  private List<InternalRow> events(
      LakeTables tables, Collection<Long> inds, UnaryOperator<Dataset<Row>> which) {
    if (inds.isEmpty()) {
      return List.of();
    }
    LongSummaryStatistics around = inds.stream().mapToLong(ind -> ind).summaryStatistics();
    Dataset<Row> wanted =
        tables.spark().createDataset(List.copyOf(inds), Encoders.LONG()).toDF("ind");
    Dataset<Row> events =
        tables
            .read(names.events(), tables.version(names.events()))
            .where(KEPT)
            // For the statistics of the files.
            .where(col("ind").between(around.getMin(), around.getMax()))
            .join(broadcast(wanted), new String[] {"ind"}, "leftsemi");
    return LocalRows.collect(which.apply(events).to(LakeTables.schema("events")));
  }

  /** The first and the last event of each content. */
  private static Dataset<Row> ends(Dataset<Row> events) {
    Column event =
        struct(
            Stream.concat(
                    Stream.of("timestamp", "partition", "offset", "topic"),
                    Stream.of(events.columns()))
                .distinct()
                .map(events::col)
                .toArray(Column[]::new));
    return events
        .groupBy("ind", "content")
        .agg(min(event).as("first"), max(event).as("last"))
        .select(explode(array_distinct(array(col("first"), col("last")))).as("event"))
        .select("event.*");
  }

  private void write(
      LakeTables tables,
      List<InternalRow> newRows,
      List<InternalRow> quarantine,
      List<InternalRow> newEvents,
      Judged judged,
      long batch) {
    String matchRow = match(judged.replaced(), "ind");
    String matchEvent = match(judged.changed(), "topic", "partition", "offset");
    tables.inTransaction(
        new Transaction(application, batch),
        () -> {
          write(tables, names.rows(), names.table(), newRows, matchRow);
          write(tables, names.quarantine(), "quarantine", quarantine, null);
          // Last, since it says that the batch is done.
          write(tables, names.events(), "events", newEvents, matchEvent);
        });
  }

  /**
   * @param within the inds that may match
   * @return null if there are none
   */
  private static @Nullable String match(LongSummaryStatistics within, String... columns) {
    if (within.getCount() == 0) {
      return null;
    }
    StringBuilder match =
        new StringBuilder("old.ind BETWEEN %d AND %d".formatted(within.getMin(), within.getMax()));
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
      List<InternalRow> rows,
      @Nullable String match) {
    if (rows.isEmpty() && (made || tables.version(table) >= 0)) {
      return;
    }
    if (match == null) {
      tables.addTo(table, LakeTables.schema(like), rows);
    } else {
      Dataset<Row> local =
          LocalRows.dataset(tables.spark(), LakeTables.schema(like), rows).coalesce(1);
      tables.upsert(table, local, match);
    }
  }

  /** In the query's own thread, so that nothing else writes to its tables meanwhile. */
  private void compactNowAndThen(LakeTables tables) {
    if (made && ++commitsSinceCompaction >= compactAfter) {
      commitsSinceCompaction = 0;
      Upkeep upkeep = new Upkeep(tables);
      for (String table : List.of(names.rows(), names.quarantine(), names.events())) {
        upkeep.compact(table);
      }
    }
  }
}
