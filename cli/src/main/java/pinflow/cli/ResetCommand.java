package pinflow.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import pinflow.platform.Database;

@Command(
    name = "reset",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Deletes the state folder, after asking.")
final class ResetCommand implements Callable<Integer> {
  @Mixin private final Options options = new Options();

  @Option(names = "--yes", description = "Does not ask.")
  private boolean yes;

  @Override
  public Integer call() throws IOException {
    StateFolder state = options.state();
    if (!Files.exists(state.path())) {
      options.steps().say("There is nothing to delete: %s is not there.".formatted(state.path()));
      return ExitCode.OK;
    }
    if (!Files.exists(state.resolve("lock"))) {
      throw new UsageException(
          "%s is no state folder of Pinflow (it has no file `lock`), so it is not deleted. Check --dir."
              .formatted(state.path()));
    }
    if (!yes && !confirmed(state)) {
      System.err.println("Nothing was deleted.");
      return ExitCode.USAGE;
    }
    state.take();
    // After a kill of its parent the database may still run on the folder.
    Database.endLeftOver(state.resolve("database"));
    state.delete();
    options.steps().say("Deleted " + state.path());
    return ExitCode.OK;
  }

  private static boolean confirmed(StateFolder state) {
    Console console = System.console();
    if (console == null) {
      throw new UsageException(
          "`reset` deletes all events, objects and tables in %s and asks first, but there is no terminal to ask on. Add --yes."
              .formatted(state.path()));
    }
    String answer =
        console.readLine("Delete all events, objects and tables in %s? Type yes: ", state.path());
    return "yes".equals(answer);
  }
}
