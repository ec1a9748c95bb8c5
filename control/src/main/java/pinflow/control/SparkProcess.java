package pinflow.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Spark in a JVM and with a class path of its own, steered by JSON lines: one request and then
 * commands on its standard input, events on its standard output, its log in a file.
 *
 * <p>It may be started before there is work, since its start takes seconds. It ends when its
 * standard input does, so it never outlives the process that started it.
 */
public final class SparkProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Up to this many posts the first-level compiler alone is faster (docs/performance.md). */
  private static final long SMALL = 200_000;

  /** Writing the archive takes its time. */
  private static final Duration ARCHIVING = Duration.ofMinutes(2);

  private final Process process;
  private final BufferedReader events;
  private final BufferedWriter commands;
  private final Path log;
  private final Duration ends;
  private final Thread endWithUs;
  private boolean ready;

  /** What it does. */
  public enum Work {
    /** One job after the other, as they are asked for. */
    JOBS("pinflow.lake.LakeJob", Duration.ofSeconds(10)),
    /** The live way, until its end is asked for. */
    LIVE("pinflow.lake.LiveJob", Duration.ofSeconds(30));

    private final String main;
    private final Duration ends;

    Work(String main, Duration ends) {
      this.main = main;
      this.ends = ends;
    }
  }

  /** How the JVM starts. */
  public enum Start {
    /** From the archive of loaded classes that the build left, if it did. */
    QUICK,
    /** Without it; the archive is made from this process when it ends. */
    TRAINING
  }

  /**
   * @param ends how long its end may take
   */
  private SparkProcess(Process process, Path log, Duration ends) {
    this.process = process;
    this.ends = ends;
    this.log = log;
    this.events =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.commands =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    this.endWithUs = new Thread(process::destroyForcibly, "end-spark");
    Runtime.getRuntime().addShutdownHook(endWithUs);
  }

  /**
   * Starts the JVM and returns at once; {@link #awaitReady} waits for its session.
   *
   * @param request as {@code contracts/lake-job.md} says: the store and the lake's location, of
   *     jobs the number of posts to expect
   * @param log the file that takes Spark's log; the live way's is cut at 20 MB, five of them kept
   */
  public static SparkProcess start(
      Installation installation, Work work, ObjectNode request, Path log, Start start) {
    try {
      Files.createDirectories(log.toAbsolutePath().getParent());
      Process process =
          new ProcessBuilder(command(installation, work, request.path("rows").asLong(), log, start))
              .redirectError(ProcessBuilder.Redirect.appendTo(errors(work, log).toFile()))
              .start();
      SparkProcess spark =
          new SparkProcess(process, log, start == Start.TRAINING ? ARCHIVING : work.ends);
      spark.send(request);
      return spark;
    } catch (IOException e) {
      throw new RunException(
          "Spark could not be started: %s. Is there memory and room on the disk?".formatted(e), e);
    }
  }

  /**
   * Of the live way what the JVM itself says, and not its log, which is cut and in turn deleted.
   */
  private static Path errors(Work work, Path log) {
    return work == Work.LIVE ? log.resolveSibling("live-jvm.log") : log;
  }

  private static List<String> command(
      Installation installation, Work work, long rows, Path log, Start start) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + installation.lakeOptions("jvm.options"));
    command.add(
        "@" + installation.lakeOptions(rows <= SMALL ? "jvm-small.options" : "jvm-large.options"));
    switch (start) {
      case TRAINING -> command.add("-XX:ArchiveClassesAtExit=" + installation.lakeClassArchive());
      case QUICK -> {
        if (Files.exists(installation.lakeClassArchive())) {
          command.add("-XX:SharedArchiveFile=" + installation.lakeClassArchive());
        }
      }
    }
    if (work == Work.LIVE) {
      command.add("-Dlog4j2.configurationFile=log4j2-live.properties");
      command.add("-Dpinflow.log=" + log.toAbsolutePath());
    }
    Path arguments = log.resolveSibling(log.getFileName() + ".classpath");
    String classPath = "-cp \"" + installation.lakeClassPath().replace("\\", "\\\\") + "\"";
    // Another that starts at the same time must not find it half written.
    if (!Files.exists(arguments) || !Files.readString(arguments).equals(classPath)) {
      Files.writeString(arguments, classPath);
    }
    command.add("@" + arguments.toAbsolutePath());
    command.add(work.main);
    return command;
  }

  /** Waits until the session has started. */
  public void awaitReady() {
    if (!ready) {
      await("ready", (name, seconds) -> {});
      ready = true;
    }
  }

  /**
   * Runs one command to its end.
   *
   * @param steps told of each step that has ended: its name and its seconds
   * @return the result event
   * @throws RunException when the job fails or Spark ends
   */
  public JsonNode run(ObjectNode command, BiConsumer<String, Double> steps) {
    awaitReady();
    send(command);
    return await("result", steps);
  }

  /**
   * Hands on what it says until it has ended.
   *
   * @return its exit code
   */
  int follow(Consumer<JsonNode> told) throws InterruptedException {
    try {
      for (String line = events.readLine(); line != null; line = events.readLine()) {
        told.accept(JSON.readTree(line));
      }
    } catch (IOException e) {
      // Its end, or no event: either way nothing more can be read.
      process.destroyForcibly();
    }
    return process.waitFor();
  }

  long pid() {
    return process.pid();
  }

  private void send(ObjectNode line) {
    try {
      commands.write(JSON.writeValueAsString(line));
      commands.newLine();
      commands.flush();
    } catch (IOException e) {
      throw ended(e);
    }
  }

  private JsonNode await(String wanted, BiConsumer<String, Double> steps) {
    while (true) {
      JsonNode event = next();
      String kind = event.path("event").asText();
      if (kind.equals(wanted)) {
        return event;
      }
      switch (kind) {
        case "step" -> steps.accept(event.path("name").asText(), event.path("seconds").asDouble());
        case "error" ->
            throw new RunException(event.path("message").asText(), event.path("user").asBoolean());
        default -> throw new RunException("Spark sent an unexpected event: " + event, false);
      }
    }
  }

  private JsonNode next() {
    try {
      String line = events.readLine();
      if (line == null) {
        throw ended(null);
      }
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new RunException(
          "Spark wrote something that is no event to its standard output; see %s.".formatted(log),
          e);
    } catch (IOException e) {
      throw ended(e);
    }
  }

  private RunException ended(@org.jspecify.annotations.Nullable IOException cause) {
    String message =
        "Spark's process ended in the middle of its work. Its log is %s; a run that is started again takes up where this one was."
            .formatted(log);
    return cause == null ? new RunException(message, false) : new RunException(message, cause);
  }

  /** Ends Spark: asks, and if that does not help, kills it. */
  @Override
  public void close() {
    try {
      commands.close();
      if (!process.waitFor(ends.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
      Runtime.getRuntime().removeShutdownHook(endWithUs);
    } catch (IOException | IllegalStateException e) {
      // It has ended already, or this JVM is ending and the hook does the rest.
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
