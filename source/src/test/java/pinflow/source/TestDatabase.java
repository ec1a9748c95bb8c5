package pinflow.source;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import pinflow.platform.Database;

/** A MariaDB server for all tests of this JVM, ended with it. */
public final class TestDatabase {

  private static final String USER = "tester";
  private static final String PASSWORD = "0123-secret";

  private static final Database SERVER =
      Database.start(
          Path.of("target", "test-database").toAbsolutePath(), 0, USER, PASSWORD, "posts");

  private TestDatabase() {}

  public static Credentials credentials() {
    return Credentials.of(SERVER.jdbcUrl(), USER, PASSWORD);
  }

  /** The database without any table. */
  public static SourceDatabase empty() {
    for (SourceTable table : SourceTable.values()) {
      execute("DROP TABLE IF EXISTS " + table.table());
    }
    return SourceDatabase.open(credentials());
  }

  public static void execute(String sql) {
    try (Connection connection = DriverManager.getConnection(SERVER.jdbcUrl(), USER, PASSWORD);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** Cuts every connection of the user but the one that does so. */
  static void cutConnections() {
    try (Connection connection = DriverManager.getConnection(SERVER.jdbcUrl(), USER, PASSWORD);
        Statement statement = connection.createStatement();
        ResultSet others =
            statement.executeQuery(
                "SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID()")) {
      while (others.next()) {
        try (Statement kill = connection.createStatement()) {
          kill.execute("KILL " + others.getLong(1));
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
