package pinflow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs a job now: asks the running pinflow for it, shows its log and waits for its end.",
      "Ctrl-C ends the waiting only; the run goes on (`pinflow runs cancel` ends it)."
    })
final class RunCommand implements Callable<Integer> {
  @Mixin private final Options options = new Options();

  @Parameters(
      paramLabel = "JOB",
      description = {
        "daily: what is new in the bucket, cleaned into the tables, and the answers made again; then what pinflow.yaml"
            + " expects is checked.",
        "compact: small files of the tables written together.",
        "vacuum: files deleted that only old versions of the tables need.",
        "audit: every event accounted for.",
        "And those of pinflow.yaml."
      })
  private String job = "";

  @Option(names = "--param", paramLabel = "NAME=VALUE", description = "A parameter of the job.")
  private Map<String, String> parameters = new TreeMap<>();

  @Option(
      names = "--posts",
      paramLabel = "N",
      description = "About how many posts are new; tunes Spark (default: daily counts them).")
  private @Nullable Long posts;

  @Option(
      names = "--keep",
      paramLabel = "HOURS",
      description = "vacuum: keeps what versions of the last HOURS need (default: 168).")
  private @Nullable Double keep;

  @Option(
      names = "--wait",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Waits until the run has ended (the default), or does not.")
  private boolean wait = true;

  @Option(
      names = "--json",
      description = "Prints what the run did as JSON; with --no-wait the run.")
  private boolean json;

  @Override
  public Integer call() {
    options.config(); // a mistake in it is said here, not in the run's log
    StateFolder state = options.state();
    Running running = ControlClient.running(state);
    requireItsConfiguration(running);
    JsonNode run = ControlClient.of(running).post("/runs", asked());
    long id = run.path("id").asLong();
    if (!wait) {
      System.out.println(
          json
              ? run.toString()
              : "Run %d of %s is %s. `pinflow runs logs -f %d` follows it."
                  .formatted(id, job, run.path("state").asText(), id));
      return ExitCode.OK;
    }
    return report(await(state, id));
  }

  /** Runs are done with the configuration of {@code up}; another must not be passed over. */
  private void requireItsConfiguration(Running running) {
    Path named = options.config;
    if (named != null && !isSame(named, running.config())) {
      throw new UsageException(
          "--config is %s, and runs are done with that of the running pinflow, %s. Leave it out, or do the job in this terminal: `pinflow job %s --config %s`."
              .formatted(
                  named, running.config() == null ? "the defaults" : running.config(), job, named));
    }
  }

  private static boolean isSame(Path named, @Nullable String other) {
    try {
      return other != null && named.toRealPath().equals(Path.of(other).toRealPath());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ObjectNode asked() {
    ObjectNode asked = Grid.JSON.createObjectNode().put("job", job).put("asked_by", "cli");
    ObjectNode given = asked.putObject("parameters");
    if (posts != null) {
      given.put("posts", posts.toString());
    }
    if (keep != null) {
      given.put("keep", keep.toString());
    }
    parameters.forEach(given::put);
    return asked;
  }

  private JsonNode await(StateFolder state, long id) {
    Thread told =
        new Thread(
            () ->
                System.err.println(
                    "Run %d goes on. `pinflow runs logs -f %d` follows it, `pinflow runs cancel %d` ends it."
                        .formatted(id, id, id)),
            "ctrl-c");
    Runtime.getRuntime().addShutdownHook(told);
    OutputStream log = options.quiet ? OutputStream.nullOutputStream() : System.err;
    JsonNode run = new Follow(state, id, log).toItsEnd();
    try {
      Runtime.getRuntime().removeShutdownHook(told);
    } catch (IllegalStateException e) {
      // The JVM is ending, and it has been said.
    }
    return run;
  }

  private int report(JsonNode run) {
    JsonNode result = RunWords.result(run);
    boolean done = run.path("state").asText().equals("SUCCEEDED");
    // A run that broke an expectation has failed, and has done its work all the same.
    if (done || result.isObject()) {
      if (json) {
        System.out.println(result);
      } else {
        RunWords.print(result, System.out);
      }
    }
    int expected = Expected.report(result, json ? System.err : System.out);
    if (!done) {
      System.err.println(
          "pinflow: run %d ended %s: %s"
              .formatted(
                  run.path("id").asLong(),
                  run.path("state").asText(),
                  run.path("message").asText()));
    }
    return done ? expected : ExitCode.NEGATIVE;
  }
}
