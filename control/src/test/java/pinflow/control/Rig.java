package pinflow.control;

import static org.awaitility.Awaitility.await;

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
  private static final String SCHEMA = "pinflow_control";
  private static final String PASSWORD = "of-the-test";

  private Rig() {}

  /** Made when it is first asked for, ended with this JVM. */
  private static final class Server {
    static final Database DATABASE = Database.start(HOME, 0, "pinflow", PASSWORD, SCHEMA);
  }

  /** An empty schema. */
  public static Address emptyDatabase() {
    Address address = new Address(Server.DATABASE.jdbcUrl(), "pinflow", PASSWORD);
    try (Connection connection = DriverManager.getConnection(address.url(), "pinflow", PASSWORD)) {
      connection.createStatement().execute("DROP DATABASE " + SCHEMA);
      connection.createStatement().execute("CREATE DATABASE " + SCHEMA);
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
