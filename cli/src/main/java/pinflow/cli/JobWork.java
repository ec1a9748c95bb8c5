package pinflow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import pinflow.audit.Audit;
import pinflow.audit.LakeTables;
import pinflow.audit.StoredObjects;
import pinflow.audit.StoredObjects.Store;
import pinflow.control.Installation;
import pinflow.control.RunException;
import pinflow.control.SparkProcess;
import pinflow.control.UserProgram;
import pinflow.control.jobs.JobKind;

/**
 * What jobs do, in this process and the Spark that it starts.
 *
 * @param parameters by name; what is not given has its default
 */
record JobWork(
    PinflowConfig config, StateFolder state, Steps steps, Map<String, String> parameters) {
  /** Of an SQL file's last statement. */
  private static final int MOST_ROWS = 1_000;

  /**
   * Does it.
   *
   * @return its result, with {@code versions} of tables where they are known
   */
  ObjectNode run(JobKind kind) {
    ObjectNode result =
        switch (kind) {
          case DAILY -> versioned(this::daily);
          case COMPACT -> versioned((places, seen) -> upkeep(places, seen, "compact"));
          case VACUUM -> versioned((places, seen) -> upkeep(places, seen, "vacuum"));
          case AUDIT -> AuditCommand.document(config, state);
          case SPARK_SQL -> versioned(this::sql);
          case JAR -> program();
        };
    return result.put("job", kind.text());
  }

  /** Is to run {@code seen} before anything is written. */
  private interface OnPlaces {
    JsonNode run(Places places, Runnable seen);
  }

  private ObjectNode versioned(OnPlaces work) {
    Places places = Places.of(config, state, Connections.runningStore(config, state));
    LakeTables lake = places.tables();
    // Beside the start of Spark, which takes longer.
    CompletableFuture<TableVersions> before =
        CompletableFuture.supplyAsync(() -> TableVersions.of(lake));
    ObjectNode result = (ObjectNode) work.run(places, () -> join(before));
    result.set("versions", join(before).until(TableVersions.of(lake)));
    return result;
  }

  private static TableVersions join(CompletableFuture<TableVersions> versions) {
    try {
      return versions.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private JsonNode daily(Places places, Runnable seen) {
    Store store = Connections.runningStore(config, state);
    try (StoredObjects objects = new StoredObjects(store);
        Audit audit = new Audit(Connections.kafka(config, state), objects, places.tables(), null)) {
      // What is in the log now belongs to this run; Spark's start takes as long as the sink anyway.
      LongSupplier onItsWay = audit.notYetStored(config.topics());
      long expected =
          parameters.containsKey("posts")
              ? number("posts").longValue()
              : audit.notYetTaken(config.topics()) / PinflowConfig.TABLES.size();
      try (SparkProcess spark = places.spark(state, expected, SparkProcess.Start.QUICK)) {
        Duration patience = config.sink().rotate().plusSeconds(30);
        steps.time("sink", () -> Wait.until("the sink", patience, () -> onItsWay.getAsLong() == 0));
        steps.time("spark", spark::awaitReady);
        seen.run();
        return daily(spark, config.expectations(), steps);
      }
    }
  }

  static JsonNode daily(SparkProcess spark, List<Expectation> expectations, Steps steps) {
    ObjectNode command = Grid.JSON.createObjectNode().put("job", "daily");
    return spark.run(Expected.of(expectations, command), steps::done);
  }

  private JsonNode upkeep(Places places, Runnable seen, String job) {
    ObjectNode command = Grid.JSON.createObjectNode().put("job", job);
    if (job.equals("vacuum")) {
      command.put("hours", parameters.containsKey("keep") ? number("keep") : 168);
    }
    return spark(places, seen, command);
  }

  private JsonNode sql(Places places, Runnable seen) {
    Path file = Path.of(parameters.getOrDefault("file", ""));
    try {
      return spark(
          places,
          seen,
          Grid.JSON
              .createObjectNode()
              .put("job", "script")
              .put("text", Files.readString(file))
              .put("limit", MOST_ROWS));
    } catch (NoSuchFileException e) {
      throw new UsageException(
          "The file %s is not there. Correct the job's parameter file; it is looked for where `pinflow up` was started."
              .formatted(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonNode spark(Places places, Runnable seen, ObjectNode command) {
    try (SparkProcess spark = places.spark(state, 0, SparkProcess.Start.QUICK)) {
      steps.time("spark", spark::awaitReady);
      seen.run();
      return spark.run(command, steps::done);
    }
  }

  private ObjectNode program() {
    Places places = Places.of(config, state, Connections.runningStore(config, state));
    Map<String, String> own = new TreeMap<>(parameters);
    Path jar = Path.of(own.getOrDefault("jar", ""));
    String main = own.getOrDefault("main", "");
    own.keySet().removeAll(List.of("jar", "main"));
    List<String> arguments =
        own.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()).toList();
    int code =
        new UserProgram(jar, main, arguments)
            .run(
                Installation.current(),
                places.environment(),
                state.resolve(
                    "logs/program-%d.classpath".formatted(ProcessHandle.current().pid())));
    if (code == ExitCode.USAGE) {
      throw new UsageException(
          "The program %s says that what was asked for is wrong (exit code 2); its words are above."
              .formatted(main));
    }
    if (code != ExitCode.OK) {
      throw new RunException(
          "The program %s ended with exit code %d; why, its words above say.".formatted(main, code),
          false);
    }
    return Grid.JSON.createObjectNode();
  }

  private Double number(String parameter) {
    String text = parameters.getOrDefault(parameter, "");
    if (!text.matches("\\d{1,12}(\\.\\d{1,6})?")) {
      throw new UsageException(
          "The parameter %s is %s; it must be a number, such as 168.".formatted(parameter, text));
    }
    return Double.valueOf(text);
  }
}
