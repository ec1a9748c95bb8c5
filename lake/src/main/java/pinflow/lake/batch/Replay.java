package pinflow.lake.batch;

import static org.apache.spark.sql.functions.array_contains;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import pinflow.lake.rules.Cleaning;
import pinflow.lake.tables.LakeException;
import pinflow.lake.tables.LakeTables;
import pinflow.lake.tables.Steps;

/**
 * Sends quarantined events through the rules again, after a rule or their texts were mended: what
 * passes leaves quarantine as a daily run would have taken it in, the others' rules are written
 * anew. A batch among the daily ones; of events for which nothing would change there is none.
 */
public final class Replay {
  private static final Column EVENT =
      concat_ws(
          "/", col("_topic"), col("_partition").cast("STRING"), col("_offset").cast("STRING"));
  private static final StructType MENDED = StructType.fromDDL("event STRING, mended STRING");

  /** Other runs can plan a batch before this one so many times in a row. */
  private static final int ATTEMPTS = 10;

  private final LakeTables tables;
  private final Daily daily;

  /**
   * @param daily of the same tables
   */
  public Replay(LakeTables tables, Daily daily) {
    this.tables = tables;
    this.daily = daily;
  }

  /** Which events are replayed. */
  public sealed interface Asked {
    /**
     * Those that break a rule, are meant for a table, and are named, each as far as it is given.
     *
     * @param events as {@code <topic>/<partition>/<offset>}; empty for all
     */
    record Matching(@Nullable String rule, @Nullable String table, List<String> events)
        implements Asked {}

    /** Those of a file that {@code quarantine export} wrote, with its texts. */
    record Mended(Path file) implements Asked {}
  }

  /**
   * What a replay did.
   *
   * @param batch its number; null when nothing changed
   * @param asked how many events in quarantine were asked for
   * @param outcomes the numbers of events that changed, by table and outcome: those that are {@code
   *     quarantined} break other rules than before, or have another text
   */
  public record Done(@Nullable Long batch, long asked, Map<String, Map<String, Long>> outcomes) {}

  private record Next(long asked, Optional<Plan> plan) {}

  /**
   * First completes a batch that was planned and is not done.
   *
   * @param now noted with the texts that were mended
   * @throws LakeException if an event is not in quarantine, or a file is not as it was exported;
   *     nothing is changed then
   */
  public Done run(Asked asked, Instant now, Steps steps) {
    daily.finish(steps);
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Next next = steps.time("choose", () -> next(asked, now.truncatedTo(ChronoUnit.MICROS)));
      if (next.plan.isEmpty()) {
        return new Done(null, next.asked, Map.of());
      }
      Daily.Carried carried = daily.begin(next.plan.get(), steps);
      if (carried.plan().equals(next.plan.get())) {
        return new Done(carried.plan().batch(), next.asked, carried.tally().outcomes());
      }
    }
    throw LakeException.found(
        "Other runs planned a batch first %d times, so nothing was replayed. Replay again when they have ended."
            .formatted(ATTEMPTS));
  }

  private Next next(Asked asked, Instant now) {
    // First the number, as for a daily batch: this plan gives way to whatever comes from here on.
    long batch = daily.done() + 1;
    long events = tables.version("events");
    long quarantine = tables.version("quarantine");
    Dataset<Row> rows =
        quarantine < 0
            ? tables.spark().createDataFrame(List.of(), LakeTables.schema("quarantine"))
            : tables.read("quarantine", quarantine);
    Dataset<Row> chosen = LakeTables.computedOnce(chosen(rows.withColumn("event", EVENT), asked));
    List<Plan.OfQuarantine.Event> changing = changing(chosen);
    return new Next(
        chosen.count(),
        changing.isEmpty()
            ? Optional.empty()
            : Optional.of(new Plan.OfQuarantine(batch, events, quarantine, now, changing)));
  }

  /** The rows of quarantine that are asked for, with {@code mended}, the text in place of raw. */
  private Dataset<Row> chosen(Dataset<Row> rows, Asked asked) {
    if (asked instanceof Asked.Mended mended) {
      return mended(rows, MendedFile.read(mended.file()));
    }
    return matching(rows, (Asked.Matching) asked);
  }

  private static Dataset<Row> matching(Dataset<Row> rows, Asked.Matching asked) {
    Dataset<Row> matching = rows.withColumn("mended", lit(null).cast("STRING"));
    if (asked.rule != null) {
      matching = matching.where(array_contains(col("rules"), asked.rule));
    }
    if (asked.table != null) {
      matching = matching.where(col("table").equalTo(asked.table));
    }
    if (!asked.events.isEmpty()) {
      Column named = col("event").isin(asked.events.toArray());
      Set<String> missing = new HashSet<>(asked.events);
      missing.removeAll(rows.where(named).select("event").as(Encoders.STRING()).collectAsList());
      for (String event : missing) {
        throw LakeException.asked(
            "%1$s is not in quarantine, so nothing was replayed. `pinflow trace %1$s` shows where it is."
                .formatted(event));
      }
      matching = matching.where(named);
    }
    return matching;
  }

  private Dataset<Row> mended(Dataset<Row> rows, MendedFile file) {
    Dataset<Row> named =
        rows.join(
            broadcast(
                frame(
                        file.entries().keySet().stream()
                            .map(e -> RowFactory.create(e, null))
                            .toList())
                    .drop("mended")),
            new String[] {"event"});
    Map<String, Row> found = new HashMap<>();
    named
        .select("event", "table", "_timestamp", "raw")
        .collectAsList()
        .forEach(row -> found.put(row.getString(0), row));
    Map<String, String> before = mendedBefore(file, found.keySet());
    List<Row> texts = new ArrayList<>();
    file.entries()
        .forEach(
            (event, entry) -> {
              Row row = found.get(event);
              if (row != null) {
                texts.add(RowFactory.create(event, mended(file, entry, row)));
              } else if (!Objects.equals(before.get(event), entry.line().raw())) {
                throw file.refused(
                    entry,
                    "event %1$s is not in quarantine; `pinflow trace %1$s` shows where it is, if its topic, partition and offset are right"
                        .formatted(event));
              }
            });
    return rows.join(broadcast(frame(texts)), new String[] {"event"});
  }

  /** The text in place of a row's; null if it is the same. */
  private static @Nullable String mended(MendedFile file, MendedFile.Entry entry, Row row) {
    MendedFile.Line line = entry.line();
    if (!row.getString(1).equals(line.table())
        || !Objects.equals(file.timestamp(entry), row.isNullAt(2) ? null : row.getInstant(2))) {
      throw file.refused(
          entry,
          "event %s was meant for table %s at %s; only `raw` may be changed"
              .formatted(line.event(), row.getString(1), row.get(2)));
    }
    String raw = row.getString(3);
    if (line.raw() == null && raw != null) {
      throw file.refused(entry, "`raw` is null; it must be a text");
    }
    return Objects.equals(line.raw(), raw) ? null : line.raw();
  }

  /** The last mended text of those events of a file that have left quarantine since. */
  private Map<String, String> mendedBefore(MendedFile file, Set<String> inQuarantine) {
    Map<String, String> texts = new HashMap<>();
    long version = tables.version("mended");
    List<Row> left =
        file.entries().keySet().stream()
            .filter(event -> !inQuarantine.contains(event))
            .map(event -> RowFactory.create(event, null))
            .toList();
    if (version >= 0 && !left.isEmpty()) {
      tables
          .read("mended", version)
          .withColumn(
              "event",
              concat_ws(
                  "/", col("topic"), col("partition").cast("STRING"), col("offset").cast("STRING")))
          .join(broadcast(frame(left).drop("mended")), new String[] {"event"})
          .orderBy("batch")
          .select("event", "text")
          .collectAsList()
          .forEach(row -> texts.put(row.getString(0), row.getString(1)));
    }
    return texts;
  }

  private Dataset<Row> frame(List<Row> rows) {
    return tables.spark().createDataFrame(rows, MENDED);
  }

  /** Those of the chosen events that pass now, break other rules, or have another text. */
  private static List<Plan.OfQuarantine.Event> changing(Dataset<Row> chosen) {
    Dataset<Row> cleaned =
        Cleaning.clean(
            chosen.select(
                coalesce(col("mended"), col("raw")).as("raw"),
                col("_topic"),
                col("_partition"),
                col("_offset"),
                col("_timestamp")));
    return chosen
        .select(col("event"), col("rules").as("broken"), col("mended"))
        .join(cleaned.withColumn("event", EVENT), new String[] {"event"})
        .where(
            col("content")
                .isNotNull()
                .or(col("mended").isNotNull())
                .or(not(col("rules").equalTo(col("broken")))))
        .select("_topic", "_partition", "_offset", "mended")
        .collectAsList()
        .stream()
        .map(
            row ->
                new Plan.OfQuarantine.Event(
                    row.getString(0), row.getInt(1), row.getLong(2), row.getString(3)))
        .toList();
  }
}
