package pinflow.lake;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import pinflow.lake.tables.LakeSession;
import pinflow.lake.tables.LakeTables;

/** The one session of all tests, with the settings of a small run. */
public final class TestSpark {
  private static final LakeSession SESSION = LakeSession.start("local[2]", 1_000, Map.of());

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(SESSION::close));
  }

  private TestSpark() {}

  public static SparkSession session() {
    return SESSION.spark();
  }

  /** A table's newest rows as lists of Java's values, in the order of columns, if any are given. */
  public static List<List<@Nullable Object>> rows(
      LakeTables tables, String table, String... order) {
    Dataset<Row> rows = tables.read(table, tables.version(table));
    Column[] columns = Arrays.stream(order).map(rows::col).toArray(Column[]::new);
    return values(order.length == 0 ? rows : rows.orderBy(columns));
  }

  /** Makes rows a table's only ones. */
  public static void overwrite(LakeTables tables, String table, Dataset<Row> rows) {
    rows.write().format("delta").mode("overwrite").save(tables.path(table));
  }

  /** The rows as lists of Java's values, bytes as hexadecimal text. */
  public static List<List<@Nullable Object>> values(Dataset<Row> rows) {
    return rows.collectAsList().stream().map(JsonValues::of).toList();
  }

  /** A list that may hold nulls. */
  public static List<@Nullable Object> row(@Nullable Object... values) {
    return new ArrayList<>(Arrays.asList(values));
  }
}
