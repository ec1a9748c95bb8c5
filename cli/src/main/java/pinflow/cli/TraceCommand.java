package pinflow.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import pinflow.audit.StoredObjects;
import pinflow.audit.StoredObjects.Store;
import pinflow.audit.Trace;

@Command(
    name = "trace",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Shows one event's way, hop by hop: receipt, log, object, replay, outcome, row, answers; and why a hop has"
          + " nothing of it.",
      "Exit code 1 if no hop knows it."
    })
final class TraceCommand implements Callable<Integer> {
  /** An event as a receipt names it. */
  static final Pattern EVENT = Pattern.compile("(.+)/(\\d{1,9})/(\\d{1,18})");

  @Mixin private final Options options = new Options();

  @Parameters(
      paramLabel = "EVENT",
      description =
          "<topic>/<partition>/<offset>, <stream>/<shard>/<record>, or an ind: all events that the lake has of it.")
  private String what = "";

  @Option(names = "--json", description = "One JSON document on standard output.")
  private boolean json;

  @Override
  public Integer call() {
    Matcher event = EVENT.matcher(what);
    if (!event.matches() && !what.matches("\\d{1,18}")) {
      throw new UsageException(
          "%s is neither <topic>/<partition>/<offset>, as a receipt names an event, nor an ind."
              .formatted(what));
    }
    StateFolder state = options.state();
    PinflowConfig config = options.config();
    Store store = Connections.runningStore(config, state);
    try (StoredObjects objects = new StoredObjects(store);
        Trace trace =
            new Trace(
                Connections.kafka(config, state),
                objects,
                Places.of(config, state, store).tables(),
                List.of(state.journal(), state.journal("stream")),
                config.id())) {
      List<Trace.Event> events =
          event.matches()
              ? List.of(
                  new Trace.Event(
                      event.group(1),
                      Integer.parseInt(event.group(2)),
                      Long.parseLong(event.group(3))))
              : trace.events(Long.parseLong(what));
      List<Trace.Way> ways =
          trace.of(events).stream().filter(way -> !way.hops().isEmpty()).toList();
      if (json) {
        System.out.println(
            Grid.json(Map.of("events", ways.stream().map(TraceCommand::json).toList())));
      } else {
        ways.forEach(TraceCommand::print);
      }
      if (ways.isEmpty()) {
        System.err.println("pinflow: no hop knows the event %s.".formatted(what));
        return ExitCode.NEGATIVE;
      }
      return ExitCode.OK;
    }
  }

  private static Map<String, Object> json(Trace.Way way) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("event", way.event().toString());
    document.putAll(way.hops());
    document.put("missing", way.missing());
    return document;
  }

  private static void print(Trace.Way way) {
    System.out.println(way.event());
    way.hops()
        .forEach(
            (hop, fields) -> {
              List<String> words = new ArrayList<>();
              fields.forEach((name, value) -> words.add(name + "=" + shortened(value)));
              System.out.println("  %-8s %s".formatted(hop, String.join("  ", words)));
            });
    way.missing()
        .forEach((hop, why) -> System.out.println("  %-8s nothing: %s".formatted(hop, why)));
  }

  private static String shortened(@Nullable Object value) {
    String text = String.valueOf(value);
    return text.length() <= 100 ? text : text.substring(0, 99) + "…";
  }
}
