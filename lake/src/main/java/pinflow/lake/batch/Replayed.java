package pinflow.lake.batch;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sha2;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import pinflow.lake.tables.LakeTables;

/** What a replay reads and writes that a daily run does not. */
record Replayed(LakeTables tables, Plan.OfQuarantine plan) {
  private static final List<String> EVENT = List.of("_topic", "_partition", "_offset");
  private static final StructType EVENTS =
      StructType.fromDDL("_topic STRING, _partition INT, _offset BIGINT, mended STRING");
  private static final String SAME_EVENT =
      "old._topic = new._topic AND old._partition = new._partition AND old._offset = new._offset";

  /**
   * The events' records as {@link ObjectReader} gives them, with the mended text if there is one.
   */
  Dataset<Row> records() {
    return tables
        .read("quarantine", plan.quarantineVersion())
        .join(broadcast(events()), EVENT.toArray(String[]::new))
        .select(
            coalesce(col("mended"), col("raw")).as("raw"),
            col("_topic"),
            col("_partition"),
            col("_offset"),
            col("_timestamp"));
  }

  /**
   * Takes the events that pass out of quarantine, and writes the others' rules anew.
   *
   * @param cleaned the records, cleaned
   */
  void writeQuarantine(Dataset<Row> cleaned) {
    Dataset<Row> rows =
        cleaned.select(
            col("table"),
            col("rules"),
            col("raw"),
            col("_topic"),
            col("_partition"),
            col("_offset"),
            col("_timestamp"),
            col("content").isNotNull().as("gone"));
    tables.replace("quarantine", rows.coalesce(1), SAME_EVENT, "new.gone");
  }

  /** Keeps the texts that were written by hand. */
  void writeMended() {
    if (plan.mended().findAny().isEmpty()) {
      return;
    }
    Dataset<Row> mended =
        events()
            .where(col("mended").isNotNull())
            .select(
                lit(plan.batch()).as("batch"),
                lit(plan.time()).as("mended_at"),
                col("_topic").as("topic"),
                col("_partition").as("partition"),
                col("_offset").as("offset"),
                col("mended").as("text"),
                sha2(col("mended").cast(DataTypes.BinaryType), 256).as("sha256"));
    tables.append("mended", LakeTables.schema("mended"), mended.coalesce(1));
  }

  private Dataset<Row> events() {
    List<Row> rows =
        plan.events().stream()
            .map(e -> RowFactory.create(e.topic(), e.partition(), e.offset(), e.mended()))
            .toList();
    return tables.spark().createDataFrame(rows, EVENTS);
  }
}
