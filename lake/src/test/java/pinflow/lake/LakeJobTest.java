package pinflow.lake;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.lake.batch.SinkBucket;

/** The lake's process as contracts/lake-job.md has it. */
@Tag("slow")
class LakeJobTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String COMMANDS =
      """
      {"job":"sql","query":"SELECT 1","limit":10}
      {"job":"weekly"}
      sql
      {"job":"daily"}
      {"job":"exit"}
      """;

  @TempDir Path folder;

  @Test
  void commandsAreAnsweredLineByLineAndNoKeyIsSeen() throws Exception {
    Path log = folder.resolve("log");
    try (SinkBucket bucket = SinkBucket.start(folder.resolve("store"))) {
      Process process = start(log);
      String arguments = String.join(" ", process.info().arguments().orElse(new String[0]));
      try (Writer in = process.outputWriter(StandardCharsets.UTF_8)) {
        in.write(request(bucket) + "\n" + COMMANDS);
      }
      List<JsonNode> events = process.inputReader().lines().map(LakeJobTest::json).toList();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();

      assertThat(process.exitValue()).isEqualTo(2);
      assertThat(events)
          .extracting(event -> event.path("event").asText())
          .containsExactly("ready", "error", "error", "error", "step", "step", "result");
      assertThat(events)
          .filteredOn(event -> event.path("event").asText().equals("error"))
          .allSatisfy(error -> assertThat(error.path("user").asBoolean()).isTrue())
          .extracting(error -> error.path("message").asText())
          .satisfiesExactly(
              message -> assertThat(message).contains("pinflow run daily"),
              message -> assertThat(message).contains("weekly", "lake-job.md"),
              message -> assertThat(message).contains("lake-job.md").doesNotContain("\n"));
      JsonNode result = events.get(6);
      assertThat(result.path("batch").isNull()).isTrue();
      assertThat(result.path("events").asInt(-1)).isZero();
      for (String seen : List.of(Files.readString(log), arguments, events.toString())) {
        assertThat(seen).doesNotContain(SinkBucket.ACCESS_KEY, SinkBucket.SECRET_KEY);
      }
    }
  }

  private Process start(Path log) throws Exception {
    Path options =
        Path.of(Objects.requireNonNull(LakeJob.class.getResource("jvm.options")).toURI());
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "@" + options,
            "@" + options.resolveSibling("jvm-small.options"),
            "-cp",
            System.getProperty("java.class.path"),
            LakeJob.class.getName())
        .redirectError(log.toFile())
        .start();
  }

  private String request(SinkBucket bucket) throws Exception {
    Map<String, Object> store =
        Map.of(
            "endpoint", String.valueOf(bucket.store().endpoint()),
            "region", bucket.store().region(),
            "bucket", bucket.store().bucket(),
            "prefix", bucket.store().prefix(),
            "accessKey", SinkBucket.ACCESS_KEY,
            "secretKey", SinkBucket.SECRET_KEY);
    return JSON.writeValueAsString(
        Map.of(
            "id",
            "0e03d1c30c91",
            "store",
            store,
            "lake",
            Map.of("location", folder.resolve("lake").toUri().toString()),
            "rows",
            100));
  }

  private static JsonNode json(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(line, e);
    }
  }
}
