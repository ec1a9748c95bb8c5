package pinflow.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * The questions answered by DuckDB from the sink's objects, with the SQL by which the tests judge
 * the lake ({@code cli/src/test/resources/pinflow/oracle}): the same rules, the same rows.
 */
final class Duck {
  private static final List<String> TABLES = List.of("pin", "geo", "user");

  private Duck() {}

  /**
   * Answers in a database in memory, on two threads.
   *
   * @param topics the folder of the topics' objects
   * @param answers the names of the questions
   */
  static Answered answer(Path topics, String id, List<String> answers)
      throws SQLException, IOException {
    Answered answered = new Answered();
    try (DuckDBConnection duck =
            DriverManager.getConnection("jdbc:duckdb:").unwrap(DuckDBConnection.class);
        Statement statement = duck.createStatement()) {
      statement.execute("SET threads = 2");
      statement.execute(resource("macros.sql"));
      for (String table : TABLES) {
        statement.execute(load(table, topics.resolve(id + "." + table)));
        statement.execute(resource("clean_" + table + ".sql"));
      }
      statement.execute(resource("joins.sql"));
      for (String name : answers) {
        String[] statements = resource(name + ".sql").split(";\n", -1);
        try (ResultSet rows = statement.executeQuery(statements[0])) {
          add(answered, name, rows);
        }
        // Used, unmatched and left out, which Pinflow tells too.
        statement.execute(statements[1]);
      }
    }
    return answered;
  }

  /**
   * Each line as it stands: the provenance in front is fields that no rule asks for. Events of a
   * post are in one partition, so this number keeps their order.
   */
  private static String load(String table, Path topic) {
    return """
        CREATE TABLE raw_%s AS
        SELECT
          regexp_extract(line, '"_offset":(\\d+)', 1)::BIGINT * %d
            + regexp_extract(line, '"_partition":(\\d+)', 1)::BIGINT AS event,
          line AS raw
        FROM read_csv('%s/partition=*/*.json', columns = {'line': 'VARCHAR'}, header = false,
          delim = '\\0', quote = '', escape = '', hive_partitioning = false,
          max_line_size = 10000000)
        """
        .formatted(table, SinkObjects.PARTITIONS, topic);
  }

  private static void add(Answered answered, String name, ResultSet result) throws SQLException {
    List<String> columns = new ArrayList<>();
    for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
      columns.add(result.getMetaData().getColumnName(i));
    }
    List<List<@Nullable Object>> rows = new ArrayList<>();
    while (result.next()) {
      List<@Nullable Object> row = new ArrayList<>();
      for (int i = 1; i <= columns.size(); i++) {
        row.add(result.getObject(i));
      }
      rows.add(row);
    }
    answered.add(name, columns, rows);
  }

  private static String resource(String name) throws IOException {
    try (InputStream sql = Duck.class.getResourceAsStream("/pinflow/oracle/" + name)) {
      return new String(Objects.requireNonNull(sql, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
