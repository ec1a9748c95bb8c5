package pinflow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import pinflow.control.SparkProcess;

@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Sends events in quarantine through the rules again, after a rule or their texts were mended: all, those that"
          + " are named, or those of a file. What passes becomes a row as by a daily run, with its own place in the"
          + " log; what still breaks a rule stays. The answers are made again.",
      "To mend texts by hand: `pinflow quarantine export FILE`, change `raw` in FILE, replay --from FILE."
    })
final class ReplayCommand implements Callable<Integer> {
  /** Expected of a replay: far fewer events than a daily run takes in. */
  private static final long FEW = 1_000;

  @Mixin private final Options options = new Options();

  @Parameters(
      arity = "0..*",
      paramLabel = "EVENT",
      description = "<topic>/<partition>/<offset>, as a receipt names an event.")
  private List<String> events = new ArrayList<>();

  @Mixin private final Quarantine.Filter filter = new Quarantine.Filter();

  @Option(
      names = "--from",
      paramLabel = "FILE",
      description = "The events of an exported file, with the texts that it has now.")
  private @Nullable Path from;

  @Option(names = "--json", description = "Prints what the replay did as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    if (from != null && !(filter.takesAll() && events.isEmpty())) {
      throw new UsageException(
          "--from names the events by its file; leave out --rule, --table and events, or --from.");
    }
    for (String event : events) {
      if (!TraceCommand.EVENT.matcher(event).matches()) {
        throw new UsageException(
            "%s is not <topic>/<partition>/<offset>, as a receipt names an event."
                .formatted(event));
      }
    }
    StateFolder state = options.state();
    PinflowConfig config = options.config();
    Places places = Places.of(config, state, Connections.runningStore(config, state));
    filter.check(new Quarantine(places.tables()));
    Steps steps = options.steps();
    try (SparkProcess spark = places.spark(state, FEW, SparkProcess.Start.QUICK)) {
      steps.time("spark", spark::awaitReady);
      JsonNode result = spark.run(Expected.of(config.expectations(), command()), steps::done);
      System.out.println(json ? result.toString() : words(result));
      return Expected.report(result, json ? System.err : System.out);
    }
  }

  private ObjectNode command() {
    ObjectNode command = new JsonMapper().createObjectNode().put("job", "replay");
    if (from != null) {
      return command.put("file", from.toAbsolutePath().toString());
    }
    command.put("rule", filter.rule()).put("table", filter.tableName());
    events.forEach(command.putArray("events")::add);
    return command;
  }

  private static String words(JsonNode result) {
    long asked = result.path("asked").asLong();
    if (asked == 0) {
      return "Nothing in quarantine is as asked for; nothing changed.";
    }
    if (result.path("batch").isNull()) {
      return "%,d events were asked for and break the rules they broke before; nothing changed."
          .formatted(asked);
    }
    long clean = left(result, "clean");
    long duplicate = left(result, "duplicate");
    long superseded = left(result, "superseded");
    return "Batch %d: of %,d events asked for %,d are clean now, %,d duplicate, %,d superseded; %,d still break a rule."
        .formatted(
            result.path("batch").asLong(),
            asked,
            clean,
            duplicate,
            superseded,
            asked - clean - duplicate - superseded);
  }

  private static long left(JsonNode result, String outcome) {
    long events = 0;
    for (JsonNode table : result.path("outcomes")) {
      events += table.path(outcome).asLong();
    }
    return events;
  }
}
