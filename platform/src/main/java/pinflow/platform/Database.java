package pinflow.platform;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A MariaDB server as a child process, on loopback: utf8mb4, UTC, users with all rights on one
 * schema each; root cannot log in over the network. Its folder keeps the data ({@code data/}) and
 * the log ({@code mariadb.log}).
 */
public final class Database implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Database.class);

  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final Path home;
  private final MariaDbPrograms programs;
  private final FolderLock lock;
  private final int port;
  private final List<DatabaseAccount> accounts;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread endWithJvm = new Thread(this::end, "end-mariadb");
  private @Nullable Process server;

  private Database(
      Path home,
      MariaDbPrograms programs,
      FolderLock lock,
      int port,
      List<DatabaseAccount> accounts) {
    this.home = home;
    this.programs = programs;
    this.lock = lock;
    this.port = port;
    this.accounts = List.copyOf(accounts);
    Runtime.getRuntime().addShutdownHook(endWithJvm);
  }

  /**
   * As the one below, with the server's programs in a folder that all of this user's databases
   * share.
   */
  public static Database start(Path folder, int port, String user, String password, String schema) {
    return start(folder, port, List.of(new DatabaseAccount(user, password, schema)));
  }

  /** As the one below, with the server's programs where all of this user's databases have them. */
  public static Database start(Path folder, int port, List<DatabaseAccount> accounts) {
    return start(folder, port, accounts, MariaDbPrograms.cache());
  }

  /**
   * Starts a server on the data in {@code folder}, which is made if it is missing, and returns when
   * the users can log in. A server that a killed process has left on the folder is ended first; one
   * that ends by itself is started again.
   *
   * @param port 0 for any free one
   * @param accounts one or more
   * @param cache where the server's programs are unpacked
   * @throws PlatformException if there is no server for this machine, the port is taken, the folder
   *     is in use or cannot be written, or the server does not start
   */
  public static Database start(Path folder, int port, List<DatabaseAccount> accounts, Path cache) {
    Path home = folder.toAbsolutePath().normalize();
    endLeftOver(home); // it may hold the port
    return Ports.start(port, "source.port", claimed -> startOn(claimed, home, accounts, cache));
  }

  private static Database startOn(int port, Path home, List<DatabaseAccount> accounts, Path cache) {
    try {
      Files.createDirectories(home.resolve("tmp"));
      FolderLock lock = FolderLock.take(home, "database");
      try {
        FolderLock.requireSpace(home, "database");
        return start(home, lock, port, accounts, cache);
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new PlatformException(
          "The database cannot be started in %s: %s; that folder must be writable, with 200 MB free, and so must %s, with 350 MB."
              .formatted(home, e, cache),
          e);
    }
  }

  private static Database start(
      Path home, FolderLock lock, int port, List<DatabaseAccount> accounts, Path cache)
      throws IOException {
    MariaDbPrograms programs = MariaDbPrograms.unpack(cache);
    install(programs, home);
    Database database = new Database(home, programs, lock, port, accounts);
    try {
      database.launch();
    } catch (IOException | RuntimeException e) {
      database.close();
      throw e;
    }
    return database;
  }

  /** Starts the server and waits until a user can log in. */
  private void launch() throws IOException {
    Path init = writeInit(home, accounts);
    try {
      Process started;
      synchronized (this) {
        if (closing.getCount() == 0) {
          return;
        }
        started = programs.process(home, serverCommand(programs, home, port, init)).start();
        server = started;
      }
      try {
        // Fails on a full disk: the server must not stay beside the one that is started next.
        Files.writeString(pidFile(home), Long.toString(started.pid()));
        awaitLogin(started);
      } catch (IOException | RuntimeException e) {
        end(started.toHandle());
        throw e;
      }
      started
          .onExit()
          .thenAcceptAsync(this::ended, task -> new Thread(task, "mariadb-again").start());
    } finally {
      Files.delete(init);
    }
  }

  /** Starts a server that has ended by itself again, until it runs. */
  private void ended(Process gone) {
    Duration pause = FIRST_PAUSE;
    while (!isClosing(pause)) {
      log.error(
          "MariaDB (process {}) has ended by itself with {}; it is started again. Its log ends:\n{}",
          gone.pid(),
          gone.exitValue(),
          lastLines(home));
      try {
        launch();
        return;
      } catch (IOException | PlatformException e) {
        log.error("MariaDB could not be started again, which is tried in {}", pause, e);
        pause = pause.multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
      }
    }
  }

  private boolean isClosing(Duration within) {
    try {
      return closing.await(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /**
   * Ends the server that a killed process may have left on {@code folder}: before the folder is
   * deleted.
   *
   * @throws PlatformException if the folder is in use
   */
  public static void endLeftOver(Path folder) {
    Path home = folder.toAbsolutePath().normalize();
    if (!Files.isDirectory(home)) {
      return;
    }
    try (FolderLock lock = FolderLock.take(home, "database")) {
      endOrphan(home);
    } catch (IOException e) {
      throw new PlatformException("The folder %s cannot be read: %s".formatted(home, e), e);
    }
  }

  public int port() {
    return port;
  }

  /** {@code jdbc:mariadb://127.0.0.1:port/schema}, of the first account's schema. */
  public String jdbcUrl() {
    return jdbcUrl(accounts.get(0));
  }

  /** {@code jdbc:mariadb://127.0.0.1:port/schema}. */
  public String jdbcUrl(DatabaseAccount account) {
    return "jdbc:mariadb://127.0.0.1:%d/%s".formatted(port, account.schema());
  }

  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(endWithJvm);
    } catch (IllegalStateException e) {
      log.debug("Closed while the JVM ends: the hook runs too, and finds nothing to do");
    }
    lock.close();
  }

  private void end() {
    Process running;
    synchronized (this) {
      closing.countDown();
      running = server;
    }
    if (running != null) {
      end(running.toHandle());
    }
  }

  /** The process id may be another's by now: the command line must name this folder, too. */
  private static void endOrphan(Path home) throws IOException {
    if (!Files.exists(pidFile(home))) {
      return;
    }
    String pid = Files.readString(pidFile(home)).strip();
    if (!pid.isEmpty()) {
      ProcessHandle.of(Long.parseLong(pid))
          .filter(p -> p.info().commandLine().orElse("").contains("--datadir=" + data(home) + " "))
          .ifPresent(
              server -> {
                log.warn("Ending the database {} that a killed Pinflow has left in {}", pid, home);
                end(server);
              });
    }
    Files.delete(pidFile(home));
  }

  /**
   * As mariadb-install-db would, which stumbles over spaces in paths; without test database and
   * help tables.
   */
  private static void install(MariaDbPrograms programs, Path home) throws IOException {
    if (Files.isDirectory(data(home))) {
      return;
    }
    Path part = home.resolve("data.part");
    MariaDbPrograms.delete(part);
    Files.createDirectory(part);
    List<String> command = command(programs, home, part);
    command.addAll(List.of("--bootstrap", "--enforce-storage-engine="));
    Process server = programs.process(home, command).start();
    try {
      try (OutputStream in = server.getOutputStream()) {
        in.write(
            """
            CREATE DATABASE mysql;
            USE mysql;
            SET @auth_root_socket = 'root';
            """
                .getBytes(StandardCharsets.UTF_8));
        for (Path script : programs.systemTables()) {
          Files.copy(script, in);
        }
      } catch (IOException e) {
        log.debug("MariaDB ended before it had read all", e); // its log says why
      }
      if (!server.waitFor(START_LIMIT.toSeconds(), TimeUnit.SECONDS) || server.exitValue() != 0) {
        throw new PlatformException(
            "MariaDB cannot make its data folder %s. Its log ends:%n%s"
                .formatted(part, lastLines(home)));
      }
    } catch (InterruptedException e) {
      throw interrupted(home, e);
    } finally {
      server.destroyForcibly();
    }
    Files.move(part, data(home), StandardCopyOption.ATOMIC_MOVE);
  }

  /** SQL run by the server as it starts: nobody else has the rights to make a user. */
  private static Path writeInit(Path home, List<DatabaseAccount> accounts) throws IOException {
    Path init = home.resolve("init.sql");
    Files.deleteIfExists(init);
    Files.createFile(
        init, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.write(
        init, accounts.stream().flatMap(account -> account.grants().stream()).toList());
  }

  private static List<String> serverCommand(
      MariaDbPrograms programs, Path home, int port, Path init) {
    List<String> command = command(programs, home, data(home));
    command.add("--init-file=" + init);
    command.add("--port=" + port);
    command.add("--bind-address=127.0.0.1");
    // Relative to the data folder: the path of a socket has room for 107 bytes.
    command.add("--socket=mariadbd.sock");
    command.add("--pid-file=mariadbd.pid");
    command.add("--skip-name-resolve");
    // Else it makes itself an RSA key at each start, for 1 to 10 s.
    command.add("--skip-ssl");
    command.add("--character-set-server=utf8mb4");
    // Known to every client; the server's own default (uca1400) is not.
    command.add("--collation-server=utf8mb4_unicode_ci");
    command.add("--default-time-zone=+00:00");
    command.add("--max-allowed-packet=64M");
    return command;
  }

  private static List<String> command(MariaDbPrograms programs, Path home, Path data) {
    List<String> command = new ArrayList<>();
    command.add(programs.server().toString());
    command.add("--no-defaults"); // must come first
    command.add("--basedir=" + programs.home());
    command.add("--datadir=" + data);
    command.add("--tmpdir=" + home.resolve("tmp"));
    if (System.getProperty("user.name").equals("root")) {
      command.add("--user=root"); // it refuses to run as root unless it is told to
    }
    return command;
  }

  private void awaitLogin(Process started) {
    long began = System.nanoTime();
    while (true) {
      try {
        DriverManager.getConnection(
                jdbcUrl() + "?connectTimeout=5000",
                accounts.get(0).user(),
                accounts.get(0).password())
            .close();
        return;
      } catch (SQLException e) {
        boolean late = System.nanoTime() - began > START_LIMIT.toNanos();
        try {
          if (late || started.waitFor(20, TimeUnit.MILLISECONDS)) {
            throw new PlatformException(
                "MariaDB does not answer on port %d (source.port): %s. Its log ends:%n%s"
                    .formatted(port, e.getMessage(), lastLines(home)),
                e);
          }
        } catch (InterruptedException interrupt) {
          throw interrupted(home, interrupt);
        }
      }
    }
  }

  private static void end(ProcessHandle server) {
    server.destroy();
    try {
      server.onExit().get(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      log.warn(
          "MariaDB (process {}) has not ended within {}: killing it", server.pid(), STOP_LIMIT);
      server.destroyForcibly();
      server.onExit().join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      server.destroyForcibly();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private static PlatformException interrupted(Path home, InterruptedException e) {
    Thread.currentThread().interrupt();
    return new PlatformException("Interrupted while the database in %s started".formatted(home), e);
  }

  private static String lastLines(Path home) {
    try {
      List<String> lines = Files.readAllLines(MariaDbPrograms.log(home));
      return String.join(
          System.lineSeparator(), lines.subList(Math.max(0, lines.size() - 10), lines.size()));
    } catch (IOException e) {
      return "(its log cannot be read: %s)".formatted(e);
    }
  }

  private static Path data(Path home) {
    return home.resolve("data");
  }

  private static Path pidFile(Path home) {
    return home.resolve("mariadb.pid");
  }
}
