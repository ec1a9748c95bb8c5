package pinflow.lake.batch;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import pinflow.lake.rules.Cleaning;
import pinflow.lake.tables.LakeException;
import pinflow.lake.tables.LakeTables;
import pinflow.lake.tables.Steps;
import pinflow.lake.tables.Transaction;

/**
 * Carries out a plan: cleans its events, decides their outcomes, commits the rows to each table and
 * the outcomes to {@code events} last. Begun again, it skips what it has committed.
 */
final class Batch {
  /** Up to this many events a table gets one file, and old events are looked up by broadcast. */
  private static final long SMALL = 500_000;

  /** Of more, a table gets a file for so many. */
  private static final long FILE = 200_000;

  private static final StructType EVENTS = LakeTables.schema("events");
  private static final Column KEPT = col("content").isNotNull();

  private final LakeTables tables;
  private final Plan plan;
  private final Steps steps;
  private final long few;

  Batch(LakeTables tables, Plan plan, Steps steps) {
    this(tables, plan, steps, SMALL);
  }

  /**
   * @param few up to this many events it is carried out in the way that is best for few
   */
  Batch(LakeTables tables, Plan plan, Steps steps, long few) {
    this.tables = tables;
    this.plan = plan;
    this.steps = steps;
    this.few = few;
  }

  /**
   * @param records as {@link ObjectReader} gives them
   * @param agreed asked when all have been read; if it says no nothing is committed
   * @return nothing if that was so
   * @throws LakeException if the records are not all of the plan's; nothing is committed then
   */
  Optional<Tally> run(Dataset<Row> records, BooleanSupplier agreed) {
    Dataset<Row> events = LakeTables.computedOnce(Cleaning.clean(records));
    Extent extent = steps.time("read", () -> extent(events));
    if (!agreed.getAsBoolean()) {
      return Optional.empty();
    }
    Dataset<Row> kept = events.where(KEPT);
    Dataset<Row> old = old(kept, extent);
    Dataset<Row> outcomes =
        extent.events() <= few
            ? LakeTables.computedOnce(Outcomes.of(kept, old))
            : Outcomes.ofMany(kept, old);
    Tally tally = steps.time("clean", () -> tally(outcomes, extent));
    steps.time("write", () -> write(events, outcomes, tally));
    return Optional.of(tally);
  }

  private Extent extent(Dataset<Row> events) {
    Extent extent = Extent.of(events);
    extent.expect(plan);
    return extent;
  }

  /** The old events that share a table and an ind with the new ones, as the plan found them. */
  private Dataset<Row> old(Dataset<Row> fresh, Extent extent) {
    if (plan.eventsVersion() < 0) {
      return tables.spark().createDataFrame(List.of(), EVENTS);
    }
    Dataset<Row> touched = fresh.select("table", "ind").distinct();
    return tables
        .read("events", plan.eventsVersion())
        .where(extent.around())
        .where(col("outcome").notEqual("quarantined"))
        .join(
            extent.events() <= few ? broadcast(touched) : touched,
            new String[] {"table", "ind"},
            "leftsemi");
  }

  private static Tally tally(Dataset<Row> outcomes, Extent extent) {
    Tally tally = Tally.of(outcomes, extent.quarantined());
    if (tally.events() != extent.events()) {
      throw new IllegalStateException(
          "%d events were read and %d have an outcome".formatted(extent.events(), tally.events()));
    }
    return tally;
  }

  private Tally write(Dataset<Row> events, Dataset<Row> outcomes, Tally tally) {
    tables.inTransaction(
        new Transaction(Daily.APPLICATION, plan.batch()),
        () -> {
          List<Runnable> rows = new ArrayList<>();
          for (String table : Cleaning.TABLES) {
            long number = tally.rows().getOrDefault(table, 0L);
            Tally.Range replaced = tally.replaced().get(table);
            rows.add(() -> write(table, number, rows(table, outcomes), tally, replaced, "ind"));
          }
          rows.add(
              () -> write("quarantine", tally.quarantined(), quarantined(events), tally, null));
          tables.atOnce(rows);
          Dataset<Row> outcomeRows = outcomeRows(events, outcomes, tally.changed() != null);
          // Last, since it says that the batch is done.
          write(
              "events",
              tally.events(),
              outcomeRows,
              tally,
              tally.changed(),
              "topic",
              "partition",
              "offset");
        });
    return tally;
  }

  /**
   * @param number how many rows there are; without any the table is only made
   * @param replaced around the rows that are replaced; null if none are
   * @param key the columns by which a row replaces one
   */
  private void write(
      String table,
      long number,
      Dataset<Row> rows,
      Tally tally,
      Tally.@Nullable Range replaced,
      String... key) {
    if (number == 0 && tables.version(table) >= 0) {
      return;
    }
    int most = (int) Math.max(1, Math.min(tally.events() / FILE, Integer.MAX_VALUE));
    Dataset<Row> files = rows.coalesce(tally.events() <= few ? 1 : most);
    if (replaced == null) {
      tables.append(table, LakeTables.schema(table), files);
    } else {
      String within = "old.ind BETWEEN %d AND %d".formatted(replaced.least(), replaced.greatest());
      tables.upsert(
          table,
          files,
          Arrays.stream(key)
              .map(column -> "old.`%s` = new.`%s`".formatted(column, column))
              .reduce(within, "%s AND %s"::formatted));
    }
  }

  private static Dataset<Row> rows(String table, Dataset<Row> outcomes) {
    return outcomes
        .where(col("row").and(col("table").equalTo(table)))
        .select(
            col(table + ".*"),
            col("first.topic").as("_topic"),
            col("first.partition").as("_partition"),
            col("first.offset").as("_offset"),
            col("first.timestamp").as("_timestamp"));
  }

  private static Dataset<Row> quarantined(Dataset<Row> events) {
    return events
        .where(col("content").isNull())
        .select("table", "rules", "raw", "_topic", "_partition", "_offset", "_timestamp");
  }

  private static Dataset<Row> outcomeRows(
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
