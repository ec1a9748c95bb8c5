package pinflow.cli;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import pinflow.platform.Platform;

@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Runs everything: database, broker, object store, Connect with the sink, gateway, and control, which does the runs"
            + " of jobs.")
final class UpCommand implements Callable<Integer> {
  private static final Duration LONGEST_START = Duration.ofMinutes(3);
  private static final Duration LONGEST_END = Duration.ofSeconds(60);

  /** A run that was longer did not fail because of the one before. */
  private static final Duration SOUND = Duration.ofMinutes(1);

  private static final int MOST_FAILURES = 5;

  @Mixin private final Options options = new Options();

  @Option(names = "--detach", description = "Returns when all is ready; `pinflow down` ends it.")
  private boolean detach;

  @Option(
      names = "--ports",
      paramLabel = "auto",
      description = "auto: free ports instead of the configured ones.")
  private Ports ports = Ports.CONFIGURED;

  @Option(names = "--json", description = "Prints the addresses as JSON, as `pinflow status` does.")
  private boolean json;

  /** Which ports the embedded parts listen on. */
  enum Ports {
    CONFIGURED,
    AUTO
  }

  @Override
  public Integer call() throws InterruptedException {
    PinflowConfig config = options.config();
    if (ports == Ports.AUTO) {
      config = config.onFreePorts();
    }
    return detach ? detach() : run(config);
  }

  private int run(PinflowConfig config) {
    StateFolder state = options.state();
    state.take();
    Logs.toFile(state.resolve("logs/pinflow.log"));
    Steps steps = options.steps();
    steps.say("Starting in " + state.path());
    CountDownLatch ended = new CountDownLatch(1);
    CompletableFuture<Void> asked = new CompletableFuture<>();
    // The hook holds the JVM until all parts have ended in their order.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  asked.complete(null);
                  awaitQuietly(ended);
                },
                "ctrl-c"));
    try (state) {
      for (int failures = 0; !asked.isDone(); failures++) {
        long began = System.nanoTime();
        // Whoever has the addresses finds the parts again.
        config = config.onPorts(runOnce(config, state, steps, asked)::port);
        if (System.nanoTime() - began > SOUND.toNanos()) {
          failures = 0;
        }
        if (!asked.isDone() && failures == MOST_FAILURES) {
          throw new MachineException(
              "Parts gave up %d times in a row; %s says why. What was acknowledged is on disk."
                  .formatted(failures + 1, state.resolve("logs/pinflow.log")));
        }
        awaitRoom(config, state, steps, asked);
      }
      steps.say("Ended.");
      return ExitCode.OK;
    } finally {
      ended.countDown();
    }
  }

  /**
   * Until it is asked to end or a part gives up.
   *
   * @return what ran
   */
  private Running runOnce(
      PinflowConfig config, StateFolder state, Steps steps, CompletableFuture<Void> asked) {
    CompletableFuture<String> gaveUp = new CompletableFuture<>();
    ControlPart control = new ControlPart(config, state, options.file());
    Pipeline pipeline = Pipeline.start(config, state, steps, control, gaveUp::complete);
    CompletableFuture<Void> limit = new CompletableFuture<>();
    try (pipeline) {
      StatusCommand.print(pipeline.running(), json, System.out);
      steps.say("Ctrl-C ends it.");
      CompletableFuture.anyOf(asked, gaveUp).join();
      steps.say(
          asked.isDone()
              ? "Ending …"
              : "A part gave up (%s); all are ended and started again.".formatted(gaveUp.join()));
      // A broken broker may wait for a thread that does not end any more.
      limit =
          CompletableFuture.runAsync(
              () -> Runtime.getRuntime().halt(ExitCode.MACHINE),
              CompletableFuture.delayedExecutor(LONGEST_END.toSeconds(), TimeUnit.SECONDS));
      return pipeline.running();
    } finally {
      limit.cancel(false);
    }
  }

  /** Until the disk has room again: a start on a full one would fail. */
  private void awaitRoom(
      PinflowConfig config, StateFolder state, Steps steps, CompletableFuture<Void> asked) {
    long needed = Math.max(Platform.LEAST_SPACE, config.kafka().reserveBytes());
    boolean told = false;
    while (!asked.isDone() && state.freeBytes() < needed) {
      if (!told) {
        told = true;
        steps.say(
            "Waiting until %d MB are free on the disk of %s."
                .formatted(needed / 1_000_000, state.path()));
      }
      try {
        asked.get(1, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        // Asked again.
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts the same command in a process of its own and waits until it is ready. */
  private int detach() throws InterruptedException {
    StateFolder state = options.state();
    state.take();
    state.close();
    Path out = state.resolve("logs/up.out");
    Process process;
    try {
      // The child prints credentials there.
      state.writePrivately("logs/up.out", "");
      process =
          new ProcessBuilder(ownCommand())
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Steps steps = options.steps();
    steps.say("Starting in " + state.path());
    long deadline = System.nanoTime() + LONGEST_START.toNanos();
    while (System.nanoTime() < deadline) {
      if (!process.isAlive()) {
        return failed(process.exitValue(), out);
      }
      Optional<Running> running =
          state.running().filter(r -> r.pid() == process.pid() && r.state().equals("ready"));
      if (running.isPresent()) {
        StatusCommand.print(running.get(), json, System.out);
        return ExitCode.OK;
      }
      process.waitFor(100, TimeUnit.MILLISECONDS);
    }
    process.destroy();
    System.err.println("pinflow: not ready within %s; see %s.".formatted(LONGEST_START, out));
    return ExitCode.MACHINE;
  }

  private static int failed(int code, Path out) {
    try (var lines = Files.lines(out)) {
      List<String> said = lines.dropWhile(line -> !line.startsWith("pinflow: ")).toList();
      said.forEach(System.err::println);
      if (said.isEmpty()) {
        System.err.println("pinflow: it did not start; see %s.".formatted(out));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return code == ExitCode.OK ? ExitCode.FAULT : code;
  }

  private List<String> ownCommand() {
    List<String> command = new ArrayList<>(Jvm.APART);
    command.addAll(Jvm.sameAgain(List.of()));
    command.add("up");
    command.addAll(List.of("--dir", options.state().path().toString()));
    if (options.config != null) {
      command.addAll(List.of("--config", options.config.toAbsolutePath().toString()));
    }
    if (ports == Ports.AUTO) {
      command.addAll(List.of("--ports", "auto"));
    }
    return command;
  }
}
