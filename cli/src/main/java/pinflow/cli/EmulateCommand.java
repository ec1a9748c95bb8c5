package pinflow.cli;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import pinflow.source.SourceDatabase;
import pinflow.source.SourceTable;
import pinflow.source.emulate.BatchEmulator;
import pinflow.source.emulate.Settings;
import pinflow.source.emulate.Summary;

@Command(
    name = "emulate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Sends the posts of the source database.",
    subcommands = EmulateCommand.Batch.class)
final class EmulateCommand {
  private EmulateCommand() {}

  @Command(
      name = "batch",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "Posts each post's pin, geo and user record to the gateway, each post once.")
  static final class Batch implements Callable<Integer> {
    @Mixin private final Options options = new Options();

    @Option(names = "--posts", paramLabel = "N", description = "At most N posts (default: all).")
    private @Nullable Long posts;

    @Option(
        names = "--rate",
        paramLabel = "R",
        description = "Posts a second (default: unlimited).")
    private @Nullable Double rate;

    @Option(
        names = "--connections",
        paramLabel = "C",
        description = "Requests under way at once (default: ${DEFAULT-VALUE}).",
        defaultValue = "8")
    private int connections = Settings.CONNECTIONS;

    @Option(
        names = "--random",
        description = "Draws rows as the original does, with repeats, for ever or N of them.")
    private boolean random;

    @Option(
        names = "--gateway",
        paramLabel = "URL",
        description = "Where /topics/… lies (default: the running pinflow's gateway).")
    private @Nullable URI gateway;

    @Option(
        names = "--resume",
        description = "Goes on with the last run: sends what has no receipt.")
    private boolean resume;

    @Option(
        names = "--give-up-after",
        paramLabel = "S",
        description = "Seconds that a request is tried (default: ${DEFAULT-VALUE}).",
        defaultValue = "60")
    private long giveUpAfter;

    @Option(names = "--json", description = "Prints the counts as JSON.")
    private boolean json;

    @Override
    public Integer call() {
      PinflowConfig config = options.config();
      StateFolder state = options.state();
      Settings settings =
          new Settings(
              gateway == null ? runningGateway(state) : gateway,
              config.id(),
              posts == null ? OptionalLong.empty() : OptionalLong.of(posts),
              rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate),
              connections,
              random,
              state.journal(),
              resume,
              Duration.ofSeconds(giveUpAfter));
      try (SourceDatabase database = Connections.database(config, state);
          EmulatorBar bar = new EmulatorBar(options.quiet)) {
        BatchEmulator emulator = new BatchEmulator(settings, database);
        return OnInterrupt.stop(emulator::stop, () -> emulate(emulator, bar));
      }
    }

    private int emulate(BatchEmulator emulator, EmulatorBar bar) {
      Summary summary = emulator.run(bar);
      bar.close();
      report(summary);
      return summary.stopped()
          ? ExitCode.INTERRUPTED
          : summary.complete() ? ExitCode.OK : ExitCode.NEGATIVE;
    }

    private static URI runningGateway(StateFolder state) {
      return URI.create(
          Connections.required(
              Connections.running(state, "No gateway is named with --gateway"), "gateway"));
    }

    private void report(Summary summary) {
      if (json) {
        System.out.println(
            Grid.json(
                Map.of(
                    "run", summary.run(),
                    "posts", summary.posts(),
                    "posted", bySuffix(summary.posted()),
                    "failed", bySuffix(summary.failed()),
                    "before", bySuffix(summary.before()),
                    "unsent", summary.unsent(),
                    "seconds", summary.seconds())));
      } else {
        System.out.println(
            "posted %,d, failed %,d (%,d posts, %.1f s)"
                .formatted(
                    summary.postedRecords(),
                    summary.failedRecords(),
                    summary.posts(),
                    summary.seconds()));
      }
      summary.problems().forEach(problem -> System.err.println("pinflow: " + problem));
      if (!summary.complete()) {
        System.err.println("pinflow: send the rest with `pinflow emulate batch --resume`.");
      }
    }
  }

  /** Counts by the last part of the topic's name. */
  static Map<String, Long> bySuffix(Map<SourceTable, Long> counts) {
    Map<String, Long> named = new java.util.LinkedHashMap<>();
    counts.forEach((table, count) -> named.put(table.suffix(), count));
    return named;
  }
}
