package pinflow.lake.batch;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The tables' rows of cleaned events and their outcomes. */
public final class TableRows {
  private TableRows() {}

  /** Of {@link Outcomes}, the rows of a table. */
  public static Dataset<Row> rows(String table, Dataset<Row> outcomes) {
    return outcomes
        .where(col("row").and(col("table").equalTo(table)))
        .select(
            col(table + ".*"),
            col("first.topic").as("_topic"),
            col("first.partition").as("_partition"),
            col("first.offset").as("_offset"),
            col("first.timestamp").as("_timestamp"));
  }

  /** Of cleaned events, the rows of {@code quarantine}. */
  public static Dataset<Row> quarantined(Dataset<Row> events) {
    return events
        .where(col("content").isNull())
        .select("table", "rules", "raw", "_topic", "_partition", "_offset", "_timestamp");
  }

  /**
   * The rows of {@code events}.
   *
   * @param changed whether there are old events among the outcomes that have another one now
   */
  public static Dataset<Row> outcomeRows(
      Dataset<Row> events, Dataset<Row> outcomes, boolean changed) {
    return outcomes
        .where(changed ? col("fresh").or(col("changed")) : col("fresh"))
        .select(
            col("at.topic"),
            col("at.partition"),
            col("at.offset"),
            col("at.timestamp"),
            col("table"),
            col("ind"),
            col("content"),
            col("outcome"),
            col("of.topic").as("of_topic"),
            col("of.partition").as("of_partition"),
            col("of.offset").as("of_offset"))
        .unionByName(
            events
                .where(col("content").isNull())
                .select(
                    col("_topic").as("topic"),
                    col("_partition").as("partition"),
                    col("_offset").as("offset"),
                    col("_timestamp").as("timestamp"),
                    col("table"),
                    col("ind"),
                    col("content"),
                    lit("quarantined").as("outcome"),
                    lit(null).cast("STRING").as("of_topic"),
                    lit(null).cast("INT").as("of_partition"),
                    lit(null).cast("BIGINT").as("of_offset")));
  }
}
