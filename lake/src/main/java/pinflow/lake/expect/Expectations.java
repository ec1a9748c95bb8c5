package pinflow.lake.expect;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import pinflow.lake.tables.LakeTables;

/** Holds tables against what is expected of them; reads the columns that it needs, once a table. */
public final class Expectations {
  private final LakeTables tables;

  public Expectations(LakeTables tables) {
    this.tables = tables;
  }

  /**
   * What was found.
   *
   * @param expected in words
   * @param broken rows (or events) that do not keep it, {@code of} how many
   */
  public record Found(String expected, String onFailure, boolean holds, long broken, long of) {}

  /** Of the tables' newest versions, in the order of the expectations. */
  public List<Found> check(List<Expectation> expectations) {
    Map<String, List<Expectation>> byTable = new LinkedHashMap<>();
    for (Expectation expectation : expectations) {
      byTable.computeIfAbsent(table(expectation), t -> new ArrayList<>()).add(expectation);
    }
    Map<Expectation, Found> found = new LinkedHashMap<>();
    byTable.forEach((table, of) -> check(table, of, found));
    return expectations.stream().map(found::get).toList();
  }

  private void check(String table, List<Expectation> of, Map<Expectation, Found> found) {
    Dataset<Row> rows = newest(table);
    List<Column> broken = new ArrayList<>();
    for (int i = 0; i < of.size(); i++) {
      if (of.get(i) instanceof Expectation.IndIn in) {
        rows = withOther(rows, in.other(), known(i));
      }
      broken.add(count_if(broken(of.get(i), i)));
    }
    Row counts = rows.agg(count(lit(1)), broken.toArray(Column[]::new)).head();
    for (int i = 0; i < of.size(); i++) {
      Expectation expectation = of.get(i);
      found.put(expectation, found(expectation, counts.getLong(i + 1), counts.getLong(0)));
    }
  }

  private static String table(Expectation expectation) {
    if (expectation instanceof Expectation.NotNull notNull) {
      return notNull.table();
    } else if (expectation instanceof Expectation.Between between) {
      return between.table();
    } else if (expectation instanceof Expectation.IndIn in) {
      return in.table();
    }
    return "events";
  }

  private static Column broken(Expectation expectation, int place) {
    if (expectation instanceof Expectation.NotNull notNull) {
      return col(notNull.column()).isNull();
    } else if (expectation instanceof Expectation.Between between) {
      return not(col(between.column()).between(between.least(), between.most()));
    } else if (expectation instanceof Expectation.IndIn) {
      return col(known(place)).isNull();
    }
    return col("outcome").equalTo("quarantined");
  }

  private static Found found(Expectation expectation, long broken, long of) {
    boolean holds =
        expectation instanceof Expectation.QuarantinedShareBelow share
            ? of == 0
                || BigDecimal.valueOf(100 * broken)
                        .compareTo(share.percent().multiply(BigDecimal.valueOf(of)))
                    < 0
            : broken == 0;
    return new Found(expectation.words(), expectation.onFailure(), holds, broken, of);
  }

  /** The rows with a column that is null where another table has no such {@code ind}. */
  private Dataset<Row> withOther(Dataset<Row> rows, String other, String column) {
    Dataset<Row> inds = newest(other).select(col("ind"), lit(true).as(column));
    return rows.join(inds, new String[] {"ind"}, "left");
  }

  private static String known(int place) {
    return "known_" + place;
  }

  private Dataset<Row> newest(String table) {
    return tables.read(table, tables.version(table));
  }
}
