package pinflow.lake.batch;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static pinflow.lake.batch.TableRows.outcomeRows;
import static pinflow.lake.batch.TableRows.quarantined;
import static pinflow.lake.batch.TableRows.rows;

import java.util.ArrayList;
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
  private static final String SAME_EVENT =
      "old.topic = new.topic AND old.partition = new.partition AND old.offset = new.offset";

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
   * @param records of the plan's events, as {@link ObjectReader} gives them
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

  private void write(Dataset<Row> events, Dataset<Row> outcomes, Tally tally) {
    tables.inTransaction(
        new Transaction(Daily.APPLICATION, plan.batch()),
        () -> {
          List<Runnable> rows = new ArrayList<>();
          for (String table : Cleaning.TABLES) {
            long number = tally.rows().getOrDefault(table, 0L);
            String match = matchInd(tally.replaced().get(table));
            rows.add(() -> write(table, number, rows(table, outcomes), tally, match));
          }
          if (plan instanceof Plan.OfQuarantine replay) {
            rows.add(() -> new Replayed(tables, replay).writeQuarantine(events));
            rows.add(() -> new Replayed(tables, replay).writeMended());
          } else {
            rows.add(
                () -> write("quarantine", tally.quarantined(), quarantined(events), tally, null));
          }
          tables.atOnce(rows);
          Dataset<Row> outcomeRows = outcomeRows(events, outcomes, tally.changed() != null);
          // Last, since it says that the batch is done.
          write("events", tally.events(), outcomeRows, tally, matchEvent(tally));
        });
  }

  private static @Nullable String matchInd(Tally.@Nullable Range replaced) {
    return replaced == null ? null : replaced.sql("old.ind") + " AND old.ind = new.ind";
  }

  private @Nullable String matchEvent(Tally tally) {
    if (plan instanceof Plan.OfQuarantine) {
      // Each has an outcome already, and no ind or another one with it.
      return SAME_EVENT;
    }
    return tally.changed() == null ? null : tally.changed().sql("old.ind") + " AND " + SAME_EVENT;
  }

  /**
   * @param number how many rows there are; without any the table is only made
   * @param match by which rows replace some; null if none does
   */
  private void write(
      String table, long number, Dataset<Row> rows, Tally tally, @Nullable String match) {
    if (number == 0 && tables.version(table) >= 0) {
      return;
    }
    int most = (int) Math.max(1, Math.min(tally.events() / FILE, Integer.MAX_VALUE));
    Dataset<Row> files = rows.coalesce(tally.events() <= few ? 1 : most);
    if (match == null) {
      tables.append(table, LakeTables.schema(table), files);
    } else {
      tables.upsert(table, files, match);
    }
  }
}
