package pinflow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import pinflow.control.SparkProcess;

@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Holds the live way's rows against the daily job's, value by value, provenance aside: the same posts sent both"
          + " ways give the same rows.",
      "Exit code 0 if they do, else 1."
    })
final class CompareCommand implements Callable<Integer> {
  @Mixin private final Options options = new Options();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Lists about N of the differences (default: ${DEFAULT-VALUE}).",
      defaultValue = "20")
  private int limit = 20;

  @Option(names = "--json", description = "One JSON document on standard output.")
  private boolean json;

  @Override
  public Integer call() {
    StateFolder state = options.state();
    PinflowConfig config = options.config();
    Places places = Places.of(config, state, Connections.store(config, state));
    try (SparkProcess spark = places.spark(state, 0, SparkProcess.Start.QUICK)) {
      JsonNode found = compare(spark, limit);
      if (json) {
        System.out.println(found);
      } else {
        print(found, System.out);
      }
      return differences(found) == 0 ? ExitCode.OK : ExitCode.NEGATIVE;
    }
  }

  /** What the lake's process found, as contracts/lake-job.md has it. */
  static JsonNode compare(SparkProcess spark, int limit) {
    ObjectNode command =
        new JsonMapper().createObjectNode().put("job", "compare").put("limit", limit);
    return spark.run(command, (step, seconds) -> {});
  }

  /** Inds whose rows differ, and rows that one way has more of. */
  static long differences(JsonNode found) {
    long differences = 0;
    for (JsonNode table : found.path("tables")) {
      differences +=
          Math.max(
              table.path("differences").asLong(),
              Math.abs(table.path("batch").asLong() - table.path("live").asLong()));
    }
    return differences;
  }

  private static void print(JsonNode found, PrintStream out) {
    List<List<Object>> tables = new ArrayList<>();
    found
        .path("tables")
        .properties()
        .forEach(
            table ->
                tables.add(
                    List.of(
                        table.getKey(),
                        table.getValue().path("batch").asLong(),
                        table.getValue().path("live").asLong(),
                        table.getValue().path("differences").asLong())));
    new Grid(List.of("table", "rows daily", "rows live", "differences"), tables)
        .print(Format.TABLE, out);
    out.println();
    if (differences(found) == 0) {
      out.println("Both ways have the same rows.");
      return;
    }
    for (JsonNode difference : found.path("first")) {
      out.println(
          "  %s %d %s: daily %s, live %s"
              .formatted(
                  difference.path("table").asText(),
                  difference.path("ind").asLong(),
                  difference.path("column").asText("row"),
                  difference.path("batch"),
                  difference.path("live")));
    }
  }
}
