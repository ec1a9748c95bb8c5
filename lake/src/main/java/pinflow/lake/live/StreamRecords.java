package pinflow.lake.live;

import static org.apache.spark.sql.functions.base64;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.is_valid_utf8;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.raise_error;
import static org.apache.spark.sql.functions.substring;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** A stream's records as the rules take them: with the provenance that the log has. */
final class StreamRecords {
  /** A sequence number of contracts/streams.md; the last 23 digits are the offset + 1. */
  private static final String SEQUENCE_NUMBER = "^49\\d{31}0{4}\\d{19}$";

  private StreamRecords() {}

  /**
   * @param records as the source {@code kinesis} has them
   * @return {@code raw}, {@code _topic}, {@code _partition}, {@code _offset}, {@code _timestamp}
   */
  static Dataset<Row> of(Dataset<Row> records) {
    return records.select(
        raw().as("raw"),
        col("stream").as("_topic"),
        substring(col("shardId"), -12, 12).cast("INT").as("_partition"),
        offset().as("_offset"),
        col("approximateArrivalTimestamp").as("_timestamp"));
  }

  /** Text as it was sent, in the form that {@code raw} has in contracts/tables.md. */
  private static Column raw() {
    Column text = col("data").cast("STRING");
    return when(is_valid_utf8(text), text).otherwise(concat(lit("base64:"), base64(col("data"))));
  }

  private static Column offset() {
    Column number = col("sequenceNumber");
    Column foreign =
        raise_error(
            concat(
                lit("Sequence number "),
                coalesce(number, lit("null")),
                lit(
                    " is none of Pinflow's gateway, so the record has no offset in the log. Name the gateway's address as the live way's endpoint.")));
    return when(number.rlike(SEQUENCE_NUMBER), substring(number, -19, 19).cast("BIGINT").minus(1))
        .otherwise(foreign.cast("BIGINT"));
  }
}
