package pinflow.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "down",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Ends a running Pinflow; all state stays.")
final class DownCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Mixin private final Options options = new Options();

  @Override
  public Integer call() throws Exception {
    StateFolder state = options.state();
    Running running = Connections.running(state, "There is nothing to end");
    Optional<ProcessHandle> process = ProcessHandle.of(running.pid());
    if (process.isPresent()) {
      process.get().destroy();
      try {
        process.get().onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        throw new MachineException(
            "Process %d has not ended within %d s. See its log %s; it can be killed, nothing acknowledged is lost."
                .formatted(running.pid(), PATIENCE.toSeconds(), state.resolve("logs/pinflow.log")));
      }
    }
    options.steps().say("Ended process " + running.pid() + ".");
    return ExitCode.OK;
  }
}
