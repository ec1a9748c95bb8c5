package pinflow.control;

import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import pinflow.control.jobs.Job;
import pinflow.control.jobs.JobKind;
import pinflow.control.runs.Commands;
import pinflow.control.runs.ControlDatabase.Address;
import pinflow.control.runs.RunsConfig;
import pinflow.platform.Database;

/** A real database, one for all tests of this JVM, and jobs that are small real processes. */
public final class Rig {
  private static final Path HOME = Path.of("target/control-database").toAbsolutePath();
  private static final boolean POSTGRESQL = Boolean.getBoolean("pinflow.test.postgresql");
  private static final String SCHEMA = "pinflow_control";
  private static final String PASSWORD = "of-the-test";

  private Rig() {}

  /** Made when it is first asked for, ended with this JVM. */
  private static final class MariaDb {
    static final Database DATABASE = Database.start(HOME, 0, "pinflow", PASSWORD, SCHEMA);
    static final Address ADDRESS = new Address(DATABASE.jdbcUrl(), "pinflow", PASSWORD);
  }

  private static final class PostgreSql {
    static final Address ADDRESS = start();

    private static Address start() {
      try {
        return new Address(
            EmbeddedPostgres.start().getJdbcUrl("postgres", "postgres"), "postgres", "postgres");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** An empty schema of MariaDB; of PostgreSQL in a JVM whose tests are to run on that. */
  public static Address emptyDatabase() {
    return POSTGRESQL
        ? emptied(PostgreSql.ADDRESS, "SCHEMA public CASCADE", "SCHEMA public")
        : emptied(MariaDb.ADDRESS, "DATABASE " + SCHEMA, "DATABASE " + SCHEMA);
  }

  private static Address emptied(Address address, String dropped, String created) {
    try (Connection connection =
        DriverManager.getConnection(address.url(), address.user(), address.password())) {
      connection.createStatement().execute("DROP " + dropped);
      connection.createStatement().execute("CREATE " + created);
      return address;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A job that does what its parameter {@code script} says. */
  public static Job job(String name, String script) {
    return job(name, script, 1, Job.WhenBusy.WAIT);
  }

  public static Job job(String name, String script, int concurrency, Job.WhenBusy whenBusy) {
    return new Job(
        name,
        JobKind.DAILY,
        Map.of("script", script),
        Duration.ofMinutes(2),
        0,
        Duration.ZERO,
        null,
        concurrency,
        whenBusy,
        null);
  }

  /** Runs scripts. */
  public static final Commands SCRIPTS =
      (job, parameters) ->
          new Commands.Command(
              List.of("sh", "-c", String.valueOf(parameters.get("script"))),
              Map.of("JOB", job.name()),
              Path.of("target"));

  /** Quick to notice that another control process is gone. */
  public static RunsConfig config(Path folder) {
    return new RunsConfig(
        folder,
        1_000,
        8,
        Duration.ofSeconds(4),
        Duration.ofMillis(500),
        64 << 10,
        Duration.ofDays(90));
  }

  /** Waits, with a limit that suits a busy machine. */
  public static void until(Callable<Boolean> condition) {
    await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50)).until(condition);
  }

  public static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
