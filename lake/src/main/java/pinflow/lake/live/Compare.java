package pinflow.lake.live;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import pinflow.lake.rules.Cleaning;
import pinflow.lake.tables.LakeException;
import pinflow.lake.tables.LakeTables;

/**
 * Holds the live way's rows against the daily job's: the same posts sent both ways give the same
 * rows, provenance aside.
 */
public final class Compare {
  private final LakeTables tables;
  private final String id;

  public Compare(LakeTables tables, String id) {
    this.tables = tables;
    this.id = id;
  }

  /**
   * A value that the two ways have differently.
   *
   * @param column null if one way has no row of that ind
   * @param batch as text, of the daily job's table; null for null and for no row
   * @param live as text, of the live way's table
   */
  public record Difference(
      String table,
      long ind,
      @Nullable String column,
      @Nullable String batch,
      @Nullable String live) {}

  /**
   * A table's rows.
   *
   * @param differences inds whose rows differ, or are there one way only
   */
  public record Rows(long batch, long live, long differences) {}

  /**
   * @param first some of the differences, by table and ind
   */
  public record Found(Map<String, Rows> tables, List<Difference> first) {}

  /**
   * Compares every value of every row.
   *
   * @param limit about how many differences to list; all are counted
   * @throws LakeException if one way has no tables yet
   */
  public Found run(int limit) {
    Map<String, Rows> found = new LinkedHashMap<>();
    List<Difference> first = new ArrayList<>();
    for (String table : Cleaning.TABLES) {
      List<String> columns =
          Arrays.stream(LakeTables.schema(table).fieldNames())
              .filter(column -> !column.startsWith("_"))
              .toList();
      Dataset<Row> batch = newest(table, columns, "run daily");
      Dataset<Row> live =
          newest(new StreamTables(id, table).rows(), columns, "emulate stream --create");
      Dataset<Row> differing = differing(batch, live, columns);
      found.put(table, new Rows(batch.count(), live.count(), differing.count()));
      differing
          .orderBy("ind")
          .limit(Math.max(0, limit - first.size()))
          .collectAsList()
          .forEach(row -> first.addAll(differences(table, columns, row)));
    }
    return new Found(found, first);
  }

  private Dataset<Row> newest(String table, List<String> columns, String made) {
    long version = tables.version(table);
    if (version < 0) {
      throw LakeException.asked(
          "There is no table %s to compare; `pinflow %s` makes it.".formatted(table, made));
    }
    return tables
        .read(table, version)
        .select(columns.stream().map(column -> col(column)).toArray(Column[]::new));
  }

  /**
   * @return {@code ind}, and {@code batch} and {@code live}: the row's values as texts, null where
   *     there is no row
   */
  private static Dataset<Row> differing(
      Dataset<Row> batch, Dataset<Row> live, List<String> columns) {
    Dataset<Row> one = side(batch, "batch", columns);
    Dataset<Row> other = side(live, "live", columns);
    return one.join(other, one.col("batch_ind").equalTo(other.col("live_ind")), "full_outer")
        .where(not(col("batch_row").eqNullSafe(col("live_row"))))
        .select(
            coalesce(col("batch_ind"), col("live_ind")).as("ind"),
            col("batch_text").as("batch"),
            col("live_text").as("live"));
  }

  private static Dataset<Row> side(Dataset<Row> rows, String name, List<String> columns) {
    return rows.select(
        col("ind").as(name + "_ind"),
        struct(columns.stream().map(column -> col(column)).toArray(Column[]::new))
            .as(name + "_row"),
        array(columns.stream().map(column -> col(column).cast("STRING")).toArray(Column[]::new))
            .as(name + "_text"));
  }

  private static List<Difference> differences(String table, List<String> columns, Row row) {
    long ind = row.getLong(0);
    if (row.isNullAt(1) || row.isNullAt(2)) {
      return List.of(
          new Difference(
              table,
              ind,
              null,
              row.isNullAt(1) ? null : "a row",
              row.isNullAt(2) ? null : "a row"));
    }
    List<@Nullable String> batch = row.getList(1);
    List<@Nullable String> live = row.getList(2);
    List<Difference> differences = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      if (!Objects.equals(batch.get(i), live.get(i))) {
        differences.add(new Difference(table, ind, columns.get(i), batch.get(i), live.get(i)));
      }
    }
    return differences;
  }
}
