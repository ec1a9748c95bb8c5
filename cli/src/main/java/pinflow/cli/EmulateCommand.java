package pinflow.cli;

import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
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
import pinflow.source.emulate.Dialect;
import pinflow.source.emulate.Emulator;
import pinflow.source.emulate.Settings;
import pinflow.source.emulate.Streams;
import pinflow.source.emulate.Summary;

@Command(
    name = "emulate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Sends the posts of the source database.",
    subcommands = {EmulateCommand.Batch.class, EmulateCommand.Stream.class})
final class EmulateCommand {
  private EmulateCommand() {}

  @Command(
      name = "batch",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "Posts each post's pin, geo and user record to the gateway, each post once.")
  static final class Batch implements Callable<Integer> {
    @Mixin private final Options options = new Options();
    @Mixin private final Sending sending = new Sending();

    @Override
    public Integer call() {
      return sending.send(options, Dialect.KAFKA_REST, "batch", settings -> {});
    }
  }

  @Command(
      name = "stream",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description =
          "Puts each post's pin, geo and user record into the streams streaming-<id>-pin, -geo and -user, each post once.")
  static final class Stream implements Callable<Integer> {
    @Mixin private final Options options = new Options();
    @Mixin private final Sending sending = new Sending();

    @Option(names = "--create", description = "Makes the streams that are missing.")
    private boolean create;

    @Option(
        names = "--shards",
        paramLabel = "N",
        description = "Shards of a stream that is made (default: ${DEFAULT-VALUE}).",
        defaultValue = "2")
    private int shards = 2;

    @Override
    public Integer call() {
      if (shards < 1 || shards > 500) {
        throw new UsageException("--shards is %d. It must be 1 to 500.".formatted(shards));
      }
      return sending.send(
          options,
          Dialect.KINESIS,
          "stream",
          settings -> {
            if (create) {
              Streams.create(settings, shards);
            }
          });
    }
  }

  /** What both commands take, and do. */
  static final class Sending {
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
        description =
            "Where /topics/… and /streams/… lie (default: the running pinflow's gateway). Another than that has a journal of its own.")
    private @Nullable URI gateway;

    @Option(
        names = "--own-log",
        description =
            "What --gateway names leads to the running pinflow's log all the same, a proxy for one: its receipts are audited.")
    private boolean ownLog;

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

    private interface Before {
      void sending(Settings settings);
    }

    /**
     * @param name of the command and of its journal
     */
    private int send(Options options, Dialect dialect, String name, Before before) {
      PinflowConfig config = options.config();
      StateFolder state = options.state();
      Settings settings = settings(config, state, dialect, name);
      try (SourceDatabase database = Connections.database(config, state);
          EmulatorBar bar = new EmulatorBar(options.quiet)) {
        before.sending(settings);
        Emulator emulator = new Emulator(settings, database);
        return OnInterrupt.stop(
            emulator::stop,
            () -> {
              Summary summary = emulator.run(bar);
              bar.close();
              report(summary, name);
              return summary.stopped()
                  ? ExitCode.INTERRUPTED
                  : summary.complete() ? ExitCode.OK : ExitCode.NEGATIVE;
            });
      }
    }

    private Settings settings(
        PinflowConfig config, StateFolder state, Dialect dialect, String name) {
      try {
        return new Settings(
            dialect,
            gateway == null ? runningGateway(state) : gateway,
            config.id(),
            posts == null ? OptionalLong.empty() : OptionalLong.of(posts),
            rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate),
            connections,
            random,
            gateway == null || ownLog ? state.journal(name) : state.journal(name, gateway),
            resume,
            Duration.ofSeconds(giveUpAfter),
            dialect == Dialect.KINESIS ? config.signing() : null);
      } catch (IllegalArgumentException e) {
        throw new UsageException(String.valueOf(e.getMessage()));
      }
    }

    private static URI runningGateway(StateFolder state) {
      return URI.create(
          Connections.required(
              Connections.running(state, "No gateway is named with --gateway"), "gateway"));
    }

    private void report(Summary summary, String name) {
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
        System.err.println(
            "pinflow: send the rest with `pinflow emulate %s --resume`.".formatted(name));
      }
      if (summary.problems().stream().anyMatch(p -> p.contains("ResourceNotFoundException"))) {
        System.err.println("pinflow: --create makes the streams that are missing.");
      }
    }
  }

  /** Counts by the last part of the topic's name. */
  static Map<String, Long> bySuffix(Map<SourceTable, Long> counts) {
    Map<String, Long> named = new LinkedHashMap<>();
    counts.forEach((table, count) -> named.put(table.suffix(), count));
    return named;
  }
}
