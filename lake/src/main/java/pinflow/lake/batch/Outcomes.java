package pinflow.lake.batch;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.types.StructType;
import pinflow.lake.tables.LakeTables;

/**
 * Decides what becomes of events, so that it does not matter how they were cut into batches.
 *
 * <p>The events of one {@code ind} of one table, old and new, fall into groups of equal content.
 * The group whose last event is the latest of all wins. A group's first event stands for it: clean
 * if its group wins, else superseded by the clean one; the others are duplicates of it. Late is
 * said by the log's timestamp, then partition, then offset.
 *
 * <p>A table's row is the winning group's content with the provenance of its first event. Content
 * that becomes a row is always among the new events: an old group can only come to win by one.
 */
public final class Outcomes {
  private static final WindowSpec GROUP = Window.partitionBy("table", "ind", "content");
  private static final WindowSpec POST = Window.partitionBy("table", "ind");

  /** So many keys are sent to every task. */
  private static final long MOST_CONTESTED = 500_000;

  private static final String[] KEY = {"table", "ind"};

  private Outcomes() {}

  /**
   * As {@link #of}, for events so many that no more of them should be moved than need be: those
   * alone of their {@code ind}, nearly all, stay where they are.
   */
  static Dataset<Row> ofMany(Dataset<Row> fresh, Dataset<Row> old) {
    Dataset<Row> oldOnce = LakeTables.computedOnce(old);
    Dataset<Row> contested =
        LakeTables.computedOnce(
            fresh
                .groupBy("table", "ind")
                .count()
                .where(col("count").gt(1))
                .select("table", "ind")
                .union(oldOnce.select("table", "ind"))
                .distinct());
    if (contested.count() > MOST_CONTESTED) {
      return LakeTables.computedOnce(of(fresh, oldOnce));
    }
    Dataset<Row> judged =
        LakeTables.computedOnce(of(fresh.join(broadcast(contested), KEY, "leftsemi"), oldOnce));
    return ofNew(fresh.join(broadcast(contested), KEY, "leftanti")).unionByName(judged);
  }

  /**
   * @param fresh cleaned events of a batch that break no rule
   * @param old of the table {@code events}, those of the same table and {@code ind} that break no
   *     rule
   * @return a row for each event of both: {@code table}, {@code ind}, {@code content}, {@code at}
   *     (timestamp, partition, offset, topic), {@code fresh} (of this batch), {@code outcome},
   *     {@code of} (as {@code at}), {@code changed} (an old one whose outcome was another), {@code
   *     row} (whether its content is to be the table's row, with the provenance {@code first}),
   *     {@code replaces} (whether in the place of one), and {@code pin}, {@code geo}, {@code user}
   *     as cleaned if it is a {@code row}
   */
  public static Dataset<Row> of(Dataset<Row> fresh, Dataset<Row> old) {
    Dataset<Row> events =
        fresh(fresh).unionByName(old(old, fresh.schema())).repartition(col("table"), col("ind"));
    Dataset<Row> grouped =
        events
            .withColumn("first", min("at").over(GROUP))
            .withColumn("last", max("at").over(GROUP))
            .withColumn("first_fresh", min(when(col("fresh"), col("at"))).over(GROUP));
    Dataset<Row> won =
        grouped
            .withColumn(
                "winner", max(struct(col("last"), col("first"))).over(POST).getField("first"))
            .withColumn("standing", max(when(col("was").equalTo("clean"), col("at"))).over(POST));
    Column stands = col("at").equalTo(col("first"));
    Column wins = col("first").equalTo(col("winner"));
    Dataset<Row> judged =
        won.withColumn(
                "outcome",
                when(not(stands), "duplicate").when(wins, "clean").otherwise("superseded"))
            .withColumn("of", when(not(stands), col("first")).when(not(wins), col("winner")));
    Column of = when(col("of").isNotNull(), place("of.partition", "of.offset", "of.topic"));
    Column same = col("was").equalTo(col("outcome")).and(of.eqNullSafe(col("was_of")));
    Column row =
        col("fresh")
            .and(wins)
            .and(col("at").equalTo(col("first_fresh")))
            .and(not(col("standing").eqNullSafe(col("first"))));
    return judged
        .withColumn("changed", not(col("fresh")).and(not(same)))
        .withColumn("row", row)
        .select(
            col("table"),
            col("ind"),
            col("content"),
            col("at"),
            col("fresh"),
            col("outcome"),
            col("of"),
            col("changed"),
            col("row"),
            col("row").and(col("standing").isNotNull()).as("replaces"),
            col("first"),
            when(col("row"), col("pin")).as("pin"),
            when(col("row"), col("geo")).as("geo"),
            when(col("row"), col("user")).as("user"));
  }

  /**
   * As {@link #of}, of events that are the first of their {@code ind} and its only ones.
   *
   * @param fresh cleaned events that break no rule
   */
  public static Dataset<Row> ofNew(Dataset<Row> fresh) {
    return fresh.select(
        col("table"),
        col("ind"),
        col("content"),
        at("_timestamp", "_partition", "_offset", "_topic"),
        lit(true).as("fresh"),
        lit("clean").as("outcome"),
        lit(null)
            .cast("STRUCT<timestamp: TIMESTAMP, partition: INT, offset: BIGINT, topic: STRING>")
            .as("of"),
        lit(false).as("changed"),
        lit(true).as("row"),
        lit(false).as("replaces"),
        at("_timestamp", "_partition", "_offset", "_topic").as("first"),
        col("pin"),
        col("geo"),
        col("user"));
  }

  private static Dataset<Row> fresh(Dataset<Row> fresh) {
    return fresh.select(
        col("table"),
        col("ind"),
        col("content"),
        at("_timestamp", "_partition", "_offset", "_topic"),
        lit(true).as("fresh"),
        lit(null).cast("STRING").as("was"),
        lit(null).cast("STRUCT<partition: INT, offset: BIGINT, topic: STRING>").as("was_of"),
        col("pin"),
        col("geo"),
        col("user"));
  }

  private static Dataset<Row> old(Dataset<Row> old, StructType fresh) {
    return old.select(
        col("table"),
        col("ind"),
        col("content"),
        at("timestamp", "partition", "offset", "topic"),
        lit(false).as("fresh"),
        col("outcome").as("was"),
        when(col("of_offset").isNotNull(), place("of_partition", "of_offset", "of_topic"))
            .as("was_of"),
        lit(null).cast(fresh.apply("pin").dataType()).as("pin"),
        lit(null).cast(fresh.apply("geo").dataType()).as("geo"),
        lit(null).cast(fresh.apply("user").dataType()).as("user"));
  }

  /** In the order of the log: compared field by field. */
  private static Column at(String timestamp, String partition, String offset, String topic) {
    return struct(
            col(timestamp).as("timestamp"),
            col(partition).as("partition"),
            col(offset).as("offset"),
            col(topic).as("topic"))
        .as("at");
  }

  private static Column place(String partition, String offset, String topic) {
    return struct(col(partition).as("partition"), col(offset).as("offset"), col(topic).as("topic"));
  }
}
