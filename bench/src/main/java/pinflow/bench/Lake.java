package pinflow.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pinflow.audit.Answers;
import pinflow.audit.Answers.Answer;
import pinflow.audit.LakeTables;
import pinflow.audit.StoredObjects.Store;
import pinflow.control.Installation;
import pinflow.control.SparkProcess;

/**
 * Tables of one bucket, worked on by Spark in a JVM of its own, as {@code pinflow run} starts it.
 *
 * @param folder of the tables
 */
record Lake(String id, Store store, Path folder) {
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * A daily run.
   *
   * @param seconds from the start of Spark's JVM to the run's end
   * @param steps the seconds of each part of it
   */
  record Run(double seconds, long events, Map<String, Double> steps) {}

  /**
   * Runs the daily job once.
   *
   * @param posts about how many posts are new, as {@code --posts} says it
   */
  Run daily(long posts) {
    ObjectNode request = JSON.createObjectNode().put("id", id).put("rows", posts);
    request.putObject("lake").put("location", folder.toUri().toString());
    request
        .putObject("store")
        .put("endpoint", String.valueOf(store.endpoint()))
        .put("region", store.region())
        .put("bucket", store.bucket())
        .put("accessKey", store.accessKey())
        .put("secretKey", store.secretKey())
        .put("prefix", store.prefix());
    Map<String, Double> steps = new LinkedHashMap<>();
    long began = System.nanoTime();
    try (SparkProcess spark =
        SparkProcess.start(
            Installation.current(),
            SparkProcess.Work.JOBS,
            request,
            folder.resolveSibling(folder.getFileName() + "-spark.log"),
            SparkProcess.Start.QUICK)) {
      spark.awaitReady();
      steps.put("start", (System.nanoTime() - began) / 1e9);
      JsonNode result =
          spark.run(
              JSON.createObjectNode().put("job", "daily"),
              (step, seconds) -> steps.merge(step, seconds, Double::sum));
      double seconds = (System.nanoTime() - began) / 1e9;
      return new Run(seconds, result.path("events").asLong(), steps);
    }
  }

  /** The answers as `pinflow query` reads them. */
  List<Answer> answers() {
    return new Answers(new LakeTables(folder.toUri(), Map.of())).all();
  }
}
