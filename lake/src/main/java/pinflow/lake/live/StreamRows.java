package pinflow.lake.live;

import static org.apache.spark.sql.functions.col;

import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import pinflow.lake.batch.Outcomes;
import pinflow.lake.batch.TableRows;
import pinflow.lake.kinesis.KinesisSource;
import pinflow.lake.rules.Cleaning;
import pinflow.lake.tables.LakeTables;
import pinflow.lake.tables.LocalRows;

/** What becomes of a stream's records one by one: by the rules and the rows of the batch way. */
final class StreamRows {
  private static final Column KEPT = col("content").isNotNull();

  private final int ind;
  private final int content;
  private final int timestamp;
  private final RowFunction clean;
  private final RowFunction row;
  private final RowFunction event;
  private final RowFunction quarantined;
  private final RowFunction quarantinedEvent;

  /**
   * @param table {@code pin}, {@code geo} or {@code user}
   */
  StreamRows(SparkSession spark, String table) {
    this.clean =
        RowFunction.of(
            spark,
            KinesisSource.SCHEMA,
            records -> Cleaning.clean(StreamRecords.of(records), table));
    StructType cleaned = clean.schema();
    this.ind = cleaned.fieldIndex("ind");
    this.content = cleaned.fieldIndex("content");
    this.timestamp = cleaned.fieldIndex("_timestamp");
    this.row =
        RowFunction.of(
            spark,
            cleaned,
            events ->
                TableRows.rows(table, Outcomes.ofNew(events.where(KEPT)))
                    .to(LakeTables.schema(table)));
    this.event =
        RowFunction.of(
            spark,
            cleaned,
            events ->
                TableRows.outcomeRows(Outcomes.ofNew(events.where(KEPT)), false)
                    .to(LakeTables.schema("events")));
    this.quarantined =
        RowFunction.of(
            spark,
            cleaned,
            events -> TableRows.quarantined(events).to(LakeTables.schema("quarantine")));
    this.quarantinedEvent =
        RowFunction.of(
            spark,
            cleaned,
            events -> TableRows.quarantinedOutcomes(events).to(LakeTables.schema("events")));
  }

  /**
   * A record.
   *
   * @param row as {@link Cleaning} has it
   * @param kept whether it breaks no rule
   * @param arrival in milliseconds since 1970
   */
  record Cleaned(InternalRow row, @Nullable Long ind, boolean kept, long arrival) {
    long keptInd() {
      return Objects.requireNonNull(ind);
    }
  }

  /**
   * Reads a batch and cleans it.
   *
   * @param records as the source {@code kinesis} has them
   */
  List<Cleaned> clean(Dataset<Row> records) {
    return clean.apply(LocalRows.collect(records)).stream().map(this::cleaned).toList();
  }

  private Cleaned cleaned(InternalRow row) {
    Long number = row.isNullAt(ind) ? null : (Long) row.getLong(ind);
    return new Cleaned(row, number, !row.isNullAt(content), row.getLong(timestamp) / 1000);
  }

  /** The table's rows of records that are kept and whose inds are new. */
  List<InternalRow> tableRows(List<Cleaned> records) {
    return row.apply(rows(records));
  }

  /** The table's row of a record, with the provenance of another of its stream. */
  InternalRow tableRow(Cleaned record, int partition, long offset, long timestamp) {
    InternalRow made = tableRows(List.of(record)).get(0);
    made.setInt(row.schema().fieldIndex("_partition"), partition);
    made.setLong(row.schema().fieldIndex("_offset"), offset);
    made.setLong(row.schema().fieldIndex("_timestamp"), timestamp);
    return made;
  }

  /** The row of {@code events} of a record that is kept, as if its ind were new: clean. */
  InternalRow event(Cleaned record) {
    return event.apply(List.of(record.row())).get(0);
  }

  /** The rows of {@code quarantine} of records that are not kept. */
  List<InternalRow> quarantine(List<Cleaned> records) {
    return quarantined.apply(rows(records));
  }

  /** Their rows of {@code events}. */
  List<InternalRow> quarantinedEvents(List<Cleaned> records) {
    return quarantinedEvent.apply(rows(records));
  }

  private static List<InternalRow> rows(List<Cleaned> records) {
    return records.stream().map(Cleaned::row).toList();
  }
}
