package pinflow.crash;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One state folder, worked on with {@code ./pinflow} as a user does. */
final class Pinflow {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LONGEST = Duration.ofMinutes(30);

  private final Path launcher;
  private final Path folder;
  private final String more;
  private final int gatewayPort;

  /**
   * @param launcher {@code ./pinflow}, built
   * @param folder takes the state, the configuration and what the commands print
   */
  Pinflow(Path launcher, Path folder) throws IOException {
    this(launcher, folder, "");
  }

  /**
   * @param more of the configuration
   */
  Pinflow(Path launcher, Path folder, String more) throws IOException {
    this.launcher = launcher;
    this.more = more;
    this.folder = folder;
    Files.createDirectories(folder);
    List<Integer> ports = freePorts(6);
    this.gatewayPort = ports.get(0);
    // Fixed ports, so that the emulator finds the gateway again; small objects, so that there are
    // many.
    Files.writeString(
        folder.resolve("pinflow.yaml"),
        """
        gateway: {port: %d}
        kafka: {port: %d}
        connect: {port: %d}
        store: {port: %d}
        source: {port: %d}
        control: {port: %d}
        sink: {flush-records: 500, rotate: 3s}
        """
                .formatted(ports.toArray())
            + more);
  }

  int gatewayPort() {
    return gatewayPort;
  }

  /** Another on a state of its own. */
  Pinflow another(Path itsFolder) throws IOException {
    return new Pinflow(launcher, itsFolder, more);
  }

  /** A command of pinflow that has been started. */
  record Command(String name, Process process, Path out) {
    boolean isAlive() {
      return process.isAlive();
    }

    long pid() {
      return process.pid();
    }

    /** Its children that are alive, and theirs. */
    Stream<ProcessHandle> children() {
      return process.descendants().filter(ProcessHandle::isAlive);
    }

    boolean ends(Duration atMost) {
      try {
        return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        throw new IllegalStateException("Interrupted", e);
      }
    }

    String printed() {
      try {
        return Files.readString(out);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Starts a command.
   *
   * @param jvmOptions of its JVM and of those that it starts; empty for none
   */
  Command start(String jvmOptions, String... arguments) {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--dir", folder.resolve("state").toString()));
    command.addAll(List.of("--config", folder.resolve("pinflow.yaml").toString()));
    Path out = folder.resolve(arguments[0] + ".out");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectOutput(out.toFile())
            .redirectError(
                ProcessBuilder.Redirect.appendTo(folder.resolve(arguments[0] + ".err").toFile()));
    if (!jvmOptions.isEmpty()) {
      builder.environment().put("JAVA_TOOL_OPTIONS", jvmOptions);
    }
    try {
      return new Command(arguments[0], builder.start(), out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command to its end, which must be a good one, and gives what it printed. */
  String run(String... arguments) {
    Command command = start("", arguments);
    if (!command.ends(LONGEST)) {
      command.process().destroyForcibly();
      throw new CrashException(
          "`%s` has not ended within %s".formatted(String.join(" ", arguments), LONGEST));
    }
    if (command.process().exitValue() != 0) {
      throw new CrashException(
          "`%s` ended with %d: %s%s"
              .formatted(
                  String.join(" ", arguments),
                  command.process().exitValue(),
                  command.printed(),
                  lastErrors(arguments[0])));
    }
    return command.printed();
  }

  JsonNode json(String... arguments) {
    try {
      return JSON.readTree(run(arguments));
    } catch (IOException e) {
      throw new CrashException("`%s` printed no JSON: %s".formatted(arguments[0], e.getMessage()));
    }
  }

  /** Waits until an {@code up --json} says that it is ready; false when it ends before. */
  static boolean isReady(Command up, Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (System.nanoTime() < deadline) {
      if (up.printed().stripTrailing().endsWith("}")) {
        return true;
      }
      if (up.ends(Duration.ofMillis(50))) {
        return false;
      }
    }
    throw new CrashException("`up` was not ready within " + atMost);
  }

  /** The database that an {@code up} has started, if it is alive. */
  static Optional<ProcessHandle> database(Command up) {
    return child(up, ".*(mariadbd|mysqld)");
  }

  /** The JVM of the live way that an {@code up} has started, if it is alive. */
  static Optional<ProcessHandle> live(Command up) {
    return child(up, ".*/java");
  }

  private static Optional<ProcessHandle> child(Command up, String program) {
    return up.children()
        .filter(child -> child.info().command().orElse("").matches(program))
        .findFirst();
  }

  Path folder() {
    return folder;
  }

  /** The last lines that a command printed as errors. */
  String lastErrors(String command) {
    Path errors = folder.resolve(command + ".err");
    try (BufferedReader lines = Files.newBufferedReader(errors)) {
      List<String> all = lines.lines().toList();
      return String.join("\n", all.subList(Math.max(0, all.size() - 5), all.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Integer> freePorts(int number) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    List<Integer> ports = new ArrayList<>();
    try {
      for (int i = 0; i < number; i++) {
        ServerSocket socket = new ServerSocket(0);
        sockets.add(socket);
        ports.add(socket.getLocalPort());
      }
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
    return ports;
  }
}
