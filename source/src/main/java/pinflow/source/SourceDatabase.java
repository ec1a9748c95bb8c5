package pinflow.source;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database that users' posts lie in: any that speaks MySQL's protocol. One connection, for one
 * thread at a time. Every method throws {@link SourceException} when the database refuses.
 */
public final class SourceDatabase implements AutoCloseable {

  private static final int ACCESS_DENIED = 1045;
  private static final int NO_RIGHT_ON_DATABASE = 1044;
  private static final int UNKNOWN_DATABASE = 1049;

  /** A read whose connection was cut is made again over a new one, within this time. */
  private static final Duration READ_AGAIN = Duration.ofSeconds(30);

  private static final Logger log = LoggerFactory.getLogger(SourceDatabase.class);

  private final Credentials credentials;
  private final FailsafeExecutor<Object> retrying;
  private Connection connection;

  private SourceDatabase(Connection connection, Credentials credentials) {
    this.connection = connection;
    this.credentials = credentials;
    this.retrying =
        Failsafe.with(
            RetryPolicy.builder()
                .handleIf(failure -> failure instanceof SQLException e && isCut(e))
                .withBackoff(Duration.ofMillis(100), Duration.ofSeconds(3))
                .withMaxRetries(-1)
                .withMaxDuration(READ_AGAIN)
                .onRetry(
                    again ->
                        log.warn("The database {} does not answer; it is asked again", credentials))
                .build());
  }

  /** A statement that changes nothing. */
  interface Read<T> {
    T from(Connection connection) throws SQLException;
  }

  /**
   * @throws SourceException if the host cannot be reached within ten seconds, the user or the
   *     password is wrong, or there is no such database
   */
  public static SourceDatabase open(Credentials credentials) {
    try {
      return new SourceDatabase(connect(credentials), credentials);
    } catch (SQLException e) {
      throw new SourceException(refusal(credentials, e), e);
    }
  }

  private static Connection connect(Credentials credentials) throws SQLException {
    Properties options = new Properties();
    options.setProperty("user", credentials.user());
    options.setProperty("password", credentials.password());
    options.setProperty("connectTimeout", "10000");
    options.setProperty("useBulkStmts", "true");
    // Else a server could ask this side for any of its files.
    options.setProperty("allowLocalInfile", "false");
    // TINYINT(1) holds numbers: `downloaded` is 0 or 1, never true.
    options.setProperty("tinyInt1isBit", "false");
    return DriverManager.getConnection(credentials.jdbcUrl(), options);
  }

  /**
   * Reads; again when the connection is cut, for half a minute.
   *
   * @param task such as {@code read pin_data}
   */
  <T> T read(String task, Read<T> read) {
    try {
      return retrying.get(() -> read.from(connected()));
    } catch (FailsafeException e) {
      if (e.getCause() instanceof SQLException refused) {
        throw failure(task, refused);
      }
      throw e;
    }
  }

  private Connection connected() throws SQLException {
    if (connection.isClosed()) {
      connection = connect(credentials);
    }
    return connection;
  }

  /** SQL state class 08: connection exception. */
  private static boolean isCut(SQLException e) {
    return e.getSQLState() != null && e.getSQLState().startsWith("08");
  }

  private static String refusal(Credentials credentials, SQLException e) {
    String to = "The database %s cannot be opened: ".formatted(credentials.address());
    return switch (e.getErrorCode()) {
      case ACCESS_DENIED ->
          to
              + "it does not take this password for the user %s. Check USER and PASSWORD."
                  .formatted(credentials.user());
      case UNKNOWN_DATABASE ->
          to + "the server has no schema of this name. Check DATABASE, or create it.";
      case NO_RIGHT_ON_DATABASE ->
          to
              + "the user %s has no right on this schema, or there is none of this name. Check DATABASE, or grant the right."
                  .formatted(credentials.user());
      default ->
          e.getSQLState() != null && e.getSQLState().startsWith("08")
              ? to
                  + "nothing answers there as a MySQL server (%s). Check HOST and PORT, and that the server runs."
                      .formatted(e.getMessage())
              : to + e.getMessage() + ". Put that right at the server, then try again.";
    };
  }

  /** Makes those of the three tables that are missing, each with an index on its key column. */
  public void createTables() {
    for (SourceTable table : SourceTable.values()) {
      String columns =
          table.columns().stream()
              .map(column -> column.quoted() + " " + column.type())
              .collect(Collectors.joining(", "));
      execute(
          "CREATE TABLE IF NOT EXISTS %s (%s, INDEX (%s)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"
              .formatted(table.table(), columns, table.key().quoted()));
    }
  }

  /**
   * @throws SourceException naming the tables or key columns that are missing
   */
  public void requireTables() {
    List<String> missing =
        List.of(SourceTable.values()).stream()
            .filter(table -> !exists(table))
            .map(SourceTable::table)
            .toList();
    if (!missing.isEmpty()) {
      throw new SourceException(
          "The database %s lacks the table %s, so that there is nothing to read. Fill it with \"pinflow source generate\" or \"pinflow source import\", or name another database."
              .formatted(credentials.address(), String.join(", ", missing)));
    }
    for (SourceTable table : SourceTable.values()) {
      if (!hasKey(table)) {
        throw new SourceException(
            "The table %s of %s has no column `%s`, which joins the tables. Add it, or name another database."
                .formatted(table.table(), credentials.address(), table.key().name()));
      }
    }
  }

  /** Rows per table. */
  public Map<SourceTable, Long> counts() {
    Map<SourceTable, Long> counts = new EnumMap<>(SourceTable.class);
    for (SourceTable table : SourceTable.values()) {
      counts.put(table, number("SELECT COUNT(*) FROM " + table.table()));
    }
    return counts;
  }

  /** The time by the server's clock. */
  public Instant now() {
    return Instant.ofEpochMilli(number("SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)"));
  }

  /** Posts: the different values of {@code index} in the pin table. */
  public long posts() {
    return number("SELECT COUNT(DISTINCT `index`) FROM pinterest_data");
  }

  /**
   * All rows of a table by their key: nulls first, then ascending; rows of one key in the order in
   * which they were inserted. Read in pages, so that memory stays flat and no query waits for a
   * slow reader. Rows that share a key are in memory together.
   */
  public Iterator<Row> rows(SourceTable table) {
    return new RowPages(this, table, RowPages.ROWS);
  }

  /** What {@code SELECT * FROM table LIMIT n, 1} gives: the original's way to take a post. */
  public Optional<Row> rowAt(SourceTable table, int n) {
    return read(
        "read " + table.table(),
        connected -> {
          try (PreparedStatement select =
              connected.prepareStatement("SELECT * FROM %s LIMIT ?, 1".formatted(table.table()))) {
            select.setInt(1, n);
            List<Row> rows = RowPages.read(select, table);
            return rows.isEmpty() ? Optional.<Row>empty() : Optional.of(rows.get(0));
          }
        });
  }

  /**
   * Fills the tables, which are made if they are missing, in one transaction: if {@code filling}
   * throws, they are as they were before.
   *
   * @param replace whether rows that are there may be deleted
   * @return the rows inserted per table
   * @throws SourceException also if there are rows and {@code replace} is not set
   */
  public Map<SourceTable, Long> fill(boolean replace, Consumer<RowInserter> filling) {
    createTables();
    if (!replace) {
      requireEmpty();
    }
    try {
      connection.setAutoCommit(false);
      try (RowInserter inserter = new RowInserter(connection)) {
        if (replace) {
          for (SourceTable table : SourceTable.values()) {
            execute("DELETE FROM " + table.table());
          }
        }
        filling.accept(inserter);
        Map<SourceTable, Long> inserted = inserter.finish();
        connection.commit();
        return inserted;
      } finally {
        // Ends nothing after a commit.
        connection.rollback();
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw failure("fill the tables", e);
    }
  }

  private void requireEmpty() {
    counts()
        .forEach(
            (table, rows) -> {
              if (rows > 0) {
                throw new SourceException(
                    "The table %s of %s already holds %d rows, which would be lost. Export them with \"pinflow source export\", then say --replace."
                        .formatted(table.table(), credentials.address(), rows));
              }
            });
  }

  /** The database and the user, without the password. */
  @Override
  public String toString() {
    return credentials.toString();
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failure("close the connection", e);
    }
  }

  private boolean exists(SourceTable table) {
    return number(
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?",
            table.table())
        > 0;
  }

  private boolean hasKey(SourceTable table) {
    return number(
            "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ?",
            table.table(),
            table.key().name())
        > 0;
  }

  private long number(String sql, String... parameters) {
    return read(
        "count rows",
        connected -> {
          try (PreparedStatement select = connected.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
              select.setString(i + 1, parameters[i]);
            }
            try (ResultSet result = select.executeQuery()) {
              result.next();
              return result.getLong(1);
            }
          }
        });
  }

  private void execute(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw failure(sql, e);
    }
  }

  static SourceException failure(String task, SQLException e) {
    return new SourceException(
        "The database refused to %s: %s. Nothing was changed; put that right at the server, then try again."
            .formatted(task, e.getMessage()),
        e);
  }
}
