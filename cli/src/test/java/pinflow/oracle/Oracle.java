package pinflow.oracle;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * Cleans and answers by facts/cleaning.md and facts/queries.md in DuckDB's SQL, sharing no code
 * with the lake.
 *
 * <p>The order of the lines stands for the order of the log: a later line of an {@code ind} is a
 * later event. So what is sent to a gateway and judged by this must be keyed by {@code ind}.
 */
public final class Oracle implements AutoCloseable {

  public static final List<String> TABLES = List.of("pin", "geo", "user");

  public static final List<String> ANSWERS =
      List.of(
          "category_by_country",
          "category_by_year",
          "top_user_by_country",
          "top_country",
          "category_by_age_group",
          "followers_by_age_group",
          "users_joined_by_year",
          "followers_by_join_year",
          "followers_by_join_year_and_age_group");

  private final DuckDBConnection duck;

  private Oracle(DuckDBConnection duck) {
    this.duck = duck;
  }

  /**
   * Reads {@code pin.jsonl}, {@code geo.jsonl} and {@code user.jsonl}, one event a line, as {@code
   * pinflow source export} writes them or as they are sent; the folders one after the other.
   *
   * @throws UncheckedIOException when a file is missing or not UTF-8
   */
  public static Oracle of(Path exportDir, Path... later) {
    try {
      DuckDBConnection duck =
          DriverManager.getConnection("jdbc:duckdb:").unwrap(DuckDBConnection.class);
      Oracle oracle = new Oracle(duck);
      oracle.run("SET threads = 2");
      oracle.run(resource("macros.sql"));
      for (String table : TABLES) {
        oracle.load(table, exportDir, later);
        oracle.run(resource("clean_" + table + ".sql"));
      }
      oracle.run(resource("joins.sql"));
      return oracle;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Per table how many events ended as clean, quarantined, duplicate and superseded; all four are
   * always there.
   */
  public Map<String, Map<String, Long>> outcomes() {
    Map<String, Map<String, Long>> outcomes = new LinkedHashMap<>();
    for (String table : TABLES) {
      Map<String, Long> counts = new LinkedHashMap<>();
      for (String outcome : List.of("clean", "quarantined", "duplicate", "superseded")) {
        counts.put(outcome, 0L);
      }
      counts.putAll(
          counts("SELECT outcome, count(*) FROM judged('" + table + "_events') GROUP BY outcome"));
      outcomes.put(table, counts);
    }
    return outcomes;
  }

  /**
   * How many events of a table each rule has quarantined; an event that breaks two rules counts in
   * both.
   */
  public Map<String, Long> broken(String table) {
    return counts(
        "SELECT rule, count(*) FROM (SELECT unnest(rules) AS rule FROM %s_events) GROUP BY rule ORDER BY rule"
            .formatted(table));
  }

  /**
   * The clean rows of a table by {@code ind}, in the columns of facts/cleaning.md: Long, Integer,
   * String, Instant, a list of two Double, or null.
   */
  public List<List<@Nullable Object>> clean(String table) {
    return rows("SELECT * FROM " + table.charAt(0) + " ORDER BY ind").rows();
  }

  /** One of {@link #ANSWERS}. */
  public Answer answer(String name) {
    String[] statements = resource(name + ".sql").split(";\n", -1);
    Rows answer = rows(statements[0]);
    List<@Nullable Object> counts = rows(statements[1]).rows().get(0);
    return new Answer(
        name,
        answer.columns(),
        answer.rows(),
        count(counts, 0),
        count(counts, 1),
        count(counts, 2));
  }

  @Override
  public void close() {
    try {
      duck.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private record Rows(List<String> columns, List<List<@Nullable Object>> rows) {}

  private void load(String table, Path exportDir, Path... later) throws SQLException {
    run("CREATE TABLE raw_" + table + " (event BIGINT, raw VARCHAR)");
    List<Path> folders = new ArrayList<>(List.of(exportDir));
    folders.addAll(Arrays.asList(later));
    long event = 0;
    try (DuckDBAppender events = duck.createAppender("main", "raw_" + table)) {
      for (Path folder : folders) {
        try (BufferedReader lines = Files.newBufferedReader(folder.resolve(table + ".jsonl"))) {
          for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            events.beginRow();
            events.append(event++);
            events.append(line);
            events.endRow();
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = duck.createStatement()) {
      statement.execute(sql);
    }
  }

  private Map<String, Long> counts(String sql) {
    Map<String, Long> counts = new LinkedHashMap<>();
    for (List<@Nullable Object> row : rows(sql).rows()) {
      counts.put(String.valueOf(row.get(0)), count(row, 1));
    }
    return counts;
  }

  private static long count(List<@Nullable Object> row, int column) {
    return row.get(column) instanceof Long count ? count : 0;
  }

  private Rows rows(String sql) {
    try (Statement statement = duck.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<String> columns = new ArrayList<>();
      for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
        columns.add(result.getMetaData().getColumnName(i));
      }
      List<List<@Nullable Object>> rows = new ArrayList<>();
      while (result.next()) {
        List<@Nullable Object> row = new ArrayList<>();
        for (int i = 1; i <= columns.size(); i++) {
          row.add(value(result, i));
        }
        rows.add(row);
      }
      return new Rows(columns, rows);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private static @Nullable Object value(ResultSet result, int column) throws SQLException {
    if (result.getMetaData().getColumnTypeName(column).equals("TIMESTAMP")) {
      LocalDateTime time = result.getObject(column, LocalDateTime.class);
      return time == null ? null : time.toInstant(ZoneOffset.UTC);
    }
    Object value = result.getObject(column);
    return value instanceof Array array ? Arrays.asList((Object[]) array.getArray()) : value;
  }

  private static String resource(String name) {
    try (InputStream sql = Oracle.class.getResourceAsStream(name)) {
      if (sql == null) {
        throw new IllegalArgumentException("There is no " + name + "; the answers are " + ANSWERS);
      }
      return new String(sql.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
