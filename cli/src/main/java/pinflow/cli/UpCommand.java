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
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Runs everything: database, broker, object store, Connect with the sink, gateway.")
final class UpCommand implements Callable<Integer> {
  private static final Duration LONGEST_START = Duration.ofMinutes(3);

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

  private int run(PinflowConfig config) throws InterruptedException {
    StateFolder state = options.state();
    state.take();
    Logs.toFile(state.resolve("logs/pinflow.log"));
    Steps steps = options.steps();
    steps.say("Starting in " + state.path());
    CountDownLatch ended = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(1);
    // The hook holds the JVM until all parts have ended in their order.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  asked.countDown();
                  awaitQuietly(ended);
                },
                "ctrl-c"));
    try (state) {
      try (Pipeline pipeline = Pipeline.start(config, state, steps)) {
        StatusCommand.print(pipeline.running(), json, System.out);
        steps.say("Ctrl-C ends it.");
        asked.await();
        steps.say("Ending …");
      }
      steps.say("Ended.");
      return ExitCode.OK;
    } finally {
      ended.countDown();
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
      process.waitFor(100, java.util.concurrent.TimeUnit.MILLISECONDS);
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
    List<String> command = new ArrayList<>();
    // A terminal's Ctrl-C and hang-up go to every process of its group; this one ignores both.
    command.addAll(List.of("sh", "-c", "trap '' INT HUP; exec \"$@\"", "pinflow"));
    command.addAll(Jvm.sameAgain());
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
