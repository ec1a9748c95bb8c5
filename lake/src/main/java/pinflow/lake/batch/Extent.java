package pinflow.lake.batch;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.when;

import java.util.HashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import pinflow.lake.tables.LakeException;

/** How far the events of a batch reach: in the log's partitions and over the tables' inds. */
record Extent(List<Partition> partitions) {
  /**
   * @param quarantined how many of the events break a rule
   * @param inds least and greatest {@code ind} of the others; empty if there are none
   */
  record Partition(
      String table,
      String topic,
      int partition,
      long events,
      long firstOffset,
      long lastOffset,
      long quarantined,
      List<Long> inds) {}

  /** Reads cleaned events once. */
  static Extent of(Dataset<Row> events) {
    Column kept = col("content").isNotNull();
    return new Extent(
        events
            .groupBy("table", "_topic", "_partition")
            .agg(
                count(lit(1)),
                min("_offset"),
                max("_offset"),
                count_if(col("content").isNull()),
                min(when(kept, col("ind"))),
                max(when(kept, col("ind"))))
            .collectAsList()
            .stream()
            .map(
                row ->
                    new Partition(
                        row.getString(0),
                        row.getString(1),
                        row.getInt(2),
                        row.getLong(3),
                        row.getLong(4),
                        row.getLong(5),
                        row.getLong(6),
                        row.isNullAt(7) ? List.of() : List.of(row.getLong(7), row.getLong(8))))
            .toList());
  }

  long events() {
    return partitions.stream().mapToLong(Partition::events).sum();
  }

  Map<String, Long> quarantined() {
    Map<String, Long> quarantined = new HashMap<>();
    partitions.forEach(p -> quarantined.merge(p.table(), p.quarantined(), Long::sum));
    return quarantined;
  }

  /** Of rows with {@code table} and {@code ind}, those that the events' inds lie around. */
  Column around() {
    Map<String, LongSummaryStatistics> inds = new HashMap<>();
    for (Partition partition : partitions) {
      partition
          .inds()
          .forEach(
              ind ->
                  inds.computeIfAbsent(partition.table(), t -> new LongSummaryStatistics())
                      .accept(ind));
    }
    return inds.entrySet().stream()
        .map(
            e ->
                col("table")
                    .equalTo(e.getKey())
                    .and(col("ind").between(e.getValue().getMin(), e.getValue().getMax())))
        .reduce(Column::or)
        .orElse(lit(false));
  }

  /**
   * Holds the events against what was planned; {@link ObjectReader} has held each object against
   * its own record count.
   */
  void expect(Plan plan) {
    Map<List<Object>, Plan.Reach> planned = new HashMap<>(plan.reaches());
    for (Partition found : partitions) {
      Plan.Reach reach = planned.remove(List.of(found.topic(), found.partition()));
      if (reach == null
          || found.firstOffset() < reach.first()
          || found.lastOffset() != reach.last()
          || found.events() < reach.least()
          || found.events() > reach.most()) {
        throw unplanned(plan, found.toString());
      }
    }
    if (!planned.isEmpty()) {
      throw unplanned(plan, "nothing in " + planned.keySet());
    }
  }

  private static LakeException unplanned(Plan plan, String found) {
    return LakeException.found(
        "Batch %d read other events than it was planned to (%s), so nothing of it was committed. Run the job again; if it stays, report it with the table batches."
            .formatted(plan.batch(), found));
  }
}
