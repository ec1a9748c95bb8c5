package pinflow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import pinflow.audit.Audit;
import pinflow.audit.StoredObjects;
import pinflow.audit.StoredObjects.Store;
import pinflow.control.SparkProcess;

@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Runs a job now.")
final class RunCommand implements Callable<Integer> {
  @Mixin private final Options options = new Options();

  @Parameters(
      paramLabel = "JOB",
      description = {
        "daily: what is new in the bucket, cleaned into the tables, and the answers made again; then what pinflow.yaml"
            + " expects is checked.",
        "compact: small files of the tables written together.",
        "vacuum: files deleted that only old versions of the tables need."
      })
  private Job job = Job.DAILY;

  @Option(
      names = "--posts",
      paramLabel = "N",
      description = "About how many posts are new; tunes Spark (default: daily counts them).")
  private @Nullable Long posts;

  @Option(
      names = "--keep",
      paramLabel = "HOURS",
      description =
          "vacuum: keeps what versions of the last HOURS need (default: ${DEFAULT-VALUE}).",
      defaultValue = "168")
  private double keep = 168;

  @Option(names = "--json", description = "Prints what the run did as JSON.")
  private boolean json;

  /** The jobs. */
  enum Job {
    DAILY,
    COMPACT,
    VACUUM
  }

  @Override
  public Integer call() {
    StateFolder state = options.state();
    PinflowConfig config = options.config();
    Store store = Connections.runningStore(config, state);
    Steps steps = options.steps();
    Places places = Places.of(config, state, store);
    if (job != Job.DAILY) {
      return upkeep(places, state, steps);
    }
    try (StoredObjects objects = new StoredObjects(store);
        Audit audit = new Audit(Connections.kafka(config, state), objects, places.tables(), null)) {
      // What is in the log now belongs to this run; Spark's start takes as long as the sink anyway.
      LongSupplier onItsWay = audit.notYetStored(config.topics());
      long expected =
          posts != null ? posts : audit.notYetTaken(config.topics()) / PinflowConfig.TABLES.size();
      try (SparkProcess spark = places.spark(state, expected, SparkProcess.Start.QUICK)) {
        Duration patience = config.sink().rotate().plusSeconds(30);
        steps.time("sink", () -> Wait.until("the sink", patience, () -> onItsWay.getAsLong() == 0));
        steps.time("spark", spark::awaitReady);
        JsonNode result = daily(spark, config.expectations(), steps);
        System.out.println(json ? result.toString() : words(result));
        return Expected.report(result, json ? System.err : System.out);
      }
    }
  }

  private int upkeep(Places places, StateFolder state, Steps steps) {
    long few = posts == null ? 0 : posts;
    try (SparkProcess spark = places.spark(state, few, SparkProcess.Start.QUICK)) {
      steps.time("spark", spark::awaitReady);
      ObjectNode command =
          new JsonMapper().createObjectNode().put("job", job.name().toLowerCase(Locale.ROOT));
      if (job == Job.VACUUM) {
        command.put("hours", keep);
      }
      JsonNode result = spark.run(command, steps::done);
      if (json) {
        System.out.println(result);
      } else if (job == Job.VACUUM) {
        System.out.println(
            "Deleted what versions older than %s hours alone needed.".formatted(keep));
      } else {
        result
            .path("tables")
            .properties()
            .forEach(
                table ->
                    System.out.println(
                        "%s: %,d files instead of %,d"
                            .formatted(
                                table.getKey(),
                                table.getValue().path("added").asLong(),
                                table.getValue().path("removed").asLong())));
      }
      return ExitCode.OK;
    }
  }

  static JsonNode daily(SparkProcess spark, List<Expectation> expectations, Steps steps) {
    ObjectNode command = new JsonMapper().createObjectNode().put("job", "daily");
    return spark.run(Expected.of(expectations, command), steps::done);
  }

  private static String words(JsonNode result) {
    return result.path("batch").isNull()
        ? "Nothing new in the bucket; the tables and answers stand."
        : "Batch %d: %,d events from %,d objects. See the answers with `pinflow query --all`."
            .formatted(
                result.path("batch").asLong(),
                result.path("events").asLong(),
                result.path("objects").asLong());
  }
}
