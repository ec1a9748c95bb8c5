package pinflow.control.runs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process of an attempt, with all that it started. */
final class RunProcess {
  private static final Logger logger = LoggerFactory.getLogger(RunProcess.class);

  /** What is kept of its standard output. */
  static final int MOST_OUTPUT = 1 << 20;

  /** For the last of its output, which another process may hold open. */
  private static final Duration OUTPUT_WITHIN = Duration.ofSeconds(2);

  private final Process process;
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private final Thread outputReader;
  private final Thread logReader;
  private boolean truncated;

  /**
   * A process of this machine: its number may be another's later, but not with its start.
   *
   * @param started as the system says, in ms; the epoch if it does not
   */
  record Identity(long pid, Instant started) {
    static Identity of(ProcessHandle process) {
      Instant started = process.info().startInstant().orElse(Instant.EPOCH);
      return new Identity(process.pid(), Instant.ofEpochMilli(started.toEpochMilli()));
    }

    /** Ends what a control process that is gone has left of it. */
    void endIfAlive(Duration patience) {
      ProcessHandle.of(pid)
          .filter(found -> of(found).equals(this))
          .ifPresent(
              left -> {
                logger.warn("Ending process {}, left by a control process that is gone", pid);
                end(left, patience);
              });
    }
  }

  private RunProcess(Process process, RunLog log) {
    this.process = process;
    this.outputReader = reader("run-output", process.getInputStream(), this::keep);
    this.logReader = reader("run-log", process.getErrorStream(), log::write);
  }

  static RunProcess start(Commands.Command command, RunLog log) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command.line()).directory(command.folder().toFile());
    builder.environment().putAll(command.environment());
    return new RunProcess(builder.start(), log);
  }

  private interface Sink {
    void take(byte[] bytes, int count) throws IOException;
  }

  private static Thread reader(String name, InputStream from, Sink to) {
    Thread thread =
        new Thread(
            () -> {
              byte[] buffer = new byte[16 * 1024];
              try {
                for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
                  to.take(buffer, count);
                }
              } catch (IOException e) {
                // A full disk, or its end: it must not wait for a reader that is gone.
                logger.warn("The output of a run cannot be kept further", e);
                drain(from);
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void drain(InputStream from) {
    try {
      from.transferTo(java.io.OutputStream.nullOutputStream());
    } catch (IOException e) {
      logger.debug("The output has ended", e);
    }
  }

  private void keep(byte[] bytes, int count) {
    synchronized (output) {
      int kept = Math.min(count, MOST_OUTPUT - output.size());
      output.write(bytes, 0, kept);
      truncated |= kept < count;
    }
  }

  Identity identity() {
    return Identity.of(process.toHandle());
  }

  CompletableFuture<Process> onExit() {
    return process.onExit();
  }

  int exitCode() {
    return process.exitValue();
  }

  /** After its end, waits a little for the last of its output. */
  void awaitOutput() throws InterruptedException {
    outputReader.join(OUTPUT_WITHIN.toMillis());
    logReader.join(OUTPUT_WITHIN.toMillis());
  }

  String output() {
    synchronized (output) {
      return output.toString(StandardCharsets.UTF_8).strip();
    }
  }

  boolean isTruncated() {
    synchronized (output) {
      return truncated;
    }
  }

  /** Asks it and all that it started to end, and ends what has not within the patience. */
  void end(Duration patience) {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      logger.debug("Its input was closed before", e);
    }
    end(process.toHandle(), patience);
  }

  private static void end(ProcessHandle root, Duration patience) {
    List<ProcessHandle> tree = Stream.concat(Stream.of(root), root.descendants()).toList();
    tree.forEach(ProcessHandle::destroy);
    CompletableFuture<?> ended =
        CompletableFuture.allOf(
            tree.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new));
    try {
      ended.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      tree.stream().flatMap(ProcessHandle::descendants).forEach(ProcessHandle::destroyForcibly);
      tree.forEach(ProcessHandle::destroyForcibly);
      ended.join();
    } catch (InterruptedException e) {
      tree.forEach(ProcessHandle::destroyForcibly);
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
