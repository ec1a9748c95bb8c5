package pinflow.lake.batch;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.when;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * What is to be written of a batch.
 *
 * @param outcomes the numbers of its events by table and outcome
 * @param rows the numbers of rows by table
 * @param replaced where the rows are that they replace, by table; no entry where there are none
 * @param changed where the old events are whose outcome changes; null if there are none
 */
record Tally(
    Map<String, Map<String, Long>> outcomes,
    Map<String, Long> rows,
    Map<String, Range> replaced,
    @Nullable Range changed) {
  /** A range of {@code ind}, both ends included. */
  record Range(long least, long greatest) {
    static @Nullable Range of(Row row, int column) {
      return row.isNullAt(column) ? null : new Range(row.getLong(column), row.getLong(column + 1));
    }

    /** That a column lies in it. */
    String sql(String column) {
      return "%s BETWEEN %d AND %d".formatted(column, least, greatest);
    }

    static @Nullable Range around(@Nullable Range one, @Nullable Range other) {
      return one == null || other == null
          ? (one == null ? other : one)
          : new Range(Math.min(one.least, other.least), Math.max(one.greatest, other.greatest));
    }
  }

  /** Reads {@link Outcomes} once. */
  static Tally of(Dataset<Row> outcomes, Map<String, Long> quarantined) {
    Map<String, Map<String, Long>> byOutcome = new TreeMap<>();
    Map<String, Long> rows = new HashMap<>();
    Map<String, Range> replaced = new HashMap<>();
    Range changed = null;
    quarantined.forEach((table, events) -> counts(byOutcome, table).put("quarantined", events));
    for (Row row : aggregated(outcomes)) {
      String table = row.getString(0);
      Map<String, Long> counts = counts(byOutcome, table);
      counts.put("clean", row.getLong(1));
      counts.put("duplicate", row.getLong(2));
      counts.put("superseded", row.getLong(3));
      rows.put(table, row.getLong(4));
      Range replacedHere = Range.of(row, 5);
      if (replacedHere != null) {
        replaced.put(table, replacedHere);
      }
      changed = Range.around(changed, Range.of(row, 7));
    }
    return new Tally(byOutcome, rows, replaced, changed);
  }

  private static Iterable<Row> aggregated(Dataset<Row> outcomes) {
    Column outcome = when(col("fresh"), col("outcome"));
    Column replaced = when(col("replaces"), col("ind"));
    Column changed = when(col("changed"), col("ind"));
    return outcomes
        .groupBy("table")
        .agg(
            count_if(outcome.equalTo("clean")),
            count_if(outcome.equalTo("duplicate")),
            count_if(outcome.equalTo("superseded")),
            count_if(col("row")),
            min(replaced),
            max(replaced),
            min(changed),
            max(changed))
        .collectAsList();
  }

  private static Map<String, Long> counts(Map<String, Map<String, Long>> outcomes, String table) {
    return outcomes.computeIfAbsent(
        table,
        t -> {
          Map<String, Long> none = new LinkedHashMap<>();
          for (String outcome : new String[] {"clean", "quarantined", "duplicate", "superseded"}) {
            none.put(outcome, 0L);
          }
          return none;
        });
  }

  long events() {
    return outcomes.values().stream()
        .flatMap(counts -> counts.values().stream())
        .mapToLong(n -> n)
        .sum();
  }

  long quarantined() {
    return outcomes.values().stream().mapToLong(counts -> counts.get("quarantined")).sum();
  }
}
