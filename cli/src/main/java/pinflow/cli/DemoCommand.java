package pinflow.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import pinflow.control.SparkProcess.Start;
import pinflow.platform.Database;

@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "The whole way once: fills a database with posts, sends them through gateway, log and object store, cleans them"
          + " with Spark and prints the eight answers and a count per hop.",
      "Of pinflow.yaml it takes id, gateway and sink; its parts are always its own. Exit code 0 only if the counts add up."
    })
final class DemoCommand implements Callable<Integer> {
  private static final String MARK = "demo";

  @Mixin private final Options options = new Options();

  @Option(
      names = "--posts",
      paramLabel = "N",
      description = "Posts to make (default: ${DEFAULT-VALUE}).",
      defaultValue = "5000")
  private int posts;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "The same seed makes the same posts (default: ${DEFAULT-VALUE}).",
      defaultValue = "1")
  private long seed;

  @Option(
      names = "--import",
      paramLabel = "DIR",
      description = "Posts of your own instead: pin.jsonl, geo.jsonl and user.jsonl in DIR.")
  private @Nullable Path importFrom;

  @Option(
      names = "--export",
      paramLabel = "DIR",
      description = "Also writes the source rows used to DIR.")
  private @Nullable Path exportTo;

  @Option(names = "--keep", description = "Keeps the state folder, for `pinflow up` and `query`.")
  private boolean keep;

  @Option(names = "--json", description = "One JSON document on standard output, nothing else.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    if (posts < 1) {
      throw new UsageException("--posts is %d; at least one post is needed.".formatted(posts));
    }
    PinflowConfig config = options.config().embedded().onFreePorts().withQuickSink();
    StateFolder state =
        StateFolder.at(options.dir == null ? Path.of(".pinflow-demo") : options.dir);
    boolean counted;
    try (state) {
      state.take();
      emptyFromLastTime(state);
      Logs.toFile(state.resolve("logs/pinflow.log"));
      Demo demo = new Demo(config, state, options.steps(), Start.QUICK);
      DemoResult result = demo.run(new Demo.Posts(posts, seed, importFrom, exportTo), true);
      print(result, System.out);
      counted = result.addsUp();
      if (!keep) {
        state.delete();
      } else {
        Files.deleteIfExists(state.resolve(MARK));
        options
            .steps()
            .say(
                "Kept: `pinflow up --dir %1$s`, `pinflow query --all --dir %1$s`."
                    .formatted(state.path()));
      }
    }
    return counted ? ExitCode.OK : ExitCode.NEGATIVE;
  }

  private void print(DemoResult result, PrintStream out) {
    if (json) {
      out.println(Grid.json(result.json()));
    } else {
      result.print(out);
    }
  }

  /** A demo that was broken off leaves its folder; one that was kept is somebody's. */
  private void emptyFromLastTime(StateFolder state) throws IOException {
    if (!Files.exists(state.resolve(MARK)) && state.holdsData()) {
      throw new UsageException(
          "The folder %s holds the state of another pinflow, and a demo starts from nothing. Name a new folder with --dir, or delete it with `pinflow reset --dir %s`."
              .formatted(state.path(), state.path()));
    }
    Database.endLeftOver(state.resolve("database"));
    state.empty();
    state.writePrivately(MARK, "A demo that has not ended; the next demo deletes this folder.\n");
  }
}
