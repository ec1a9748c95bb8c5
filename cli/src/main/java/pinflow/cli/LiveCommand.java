package pinflow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import pinflow.control.LiveProcess;

@Command(
    name = "live",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "The live way: from the streams into tables, all the time.",
    subcommands = LiveCommand.Status.class)
final class LiveCommand {
  @Command(
      name = "status",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description =
          "Says of each stream what went in and came out, how far behind it is and what failed last.")
  static final class Status implements Callable<Integer> {
    private static final List<String> COLUMNS =
        List.of(
            "stream",
            "state",
            "events",
            "rows",
            "quarantined",
            "behind",
            "behind ms",
            "p50 ms",
            "p99 ms",
            "last commit",
            "last error");

    @Mixin private final Options options = new Options();

    @Option(names = "--json", description = "As one JSON document.")
    private boolean json;

    @Override
    public Integer call() {
      StateFolder state = options.state();
      Connections.running(state, "The live way runs under `pinflow up`");
      LiveProcess.State live =
          state
              .live()
              .orElseThrow(
                  () ->
                      new NotRunningException(
                          "The pinflow in %s is just starting or ending. Try again."
                              .formatted(state.path())));
      if (json) {
        System.out.println(Grid.json(live));
      } else {
        print(live, System.out);
      }
      Optional<Health.Part> ill = Health.of(live);
      ill.ifPresent(part -> System.err.println("pinflow: " + part.detail()));
      return ill.isEmpty() ? ExitCode.OK : ExitCode.UNAVAILABLE;
    }

    private static void print(LiveProcess.State live, PrintStream out) {
      if (live.phase() == LiveProcess.Phase.WAITING) {
        out.println(
            "waiting: there is no stream yet; `pinflow emulate stream --create` makes the three.");
        return;
      }
      out.println(
          "%s since %s: Spark is process %d, started %d times%s"
              .formatted(
                  live.phase().name().toLowerCase(Locale.ROOT),
                  live.since(),
                  live.pid(),
                  live.starts(),
                  live.error() == null ? "" : "; it said last: " + live.error()));
      List<List<Object>> rows =
          new TreeMap<>(live.streams()).values().stream().map(Status::row).toList();
      if (!rows.isEmpty()) {
        new Grid(COLUMNS, rows).print(Format.TABLE, out);
      }
    }

    private static List<Object> row(JsonNode stream) {
      return List.of(
          stream.path("stream").asText(),
          stream.path("state").asText(),
          stream.path("events").asLong(),
          stream.path("rows").asLong(),
          stream.path("quarantined").asLong(),
          stream.path("lag").path("events").asLong(),
          stream.path("lag").path("ms").asLong(),
          stream.path("latency_ms").path("p50").asLong(),
          stream.path("latency_ms").path("p99").asLong(),
          stream.path("committed").asText(""),
          stream.path("error").isNull() ? "" : stream.path("error").asText());
    }
  }
}
