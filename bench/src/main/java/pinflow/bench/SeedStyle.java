package pinflow.bench;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pinflow.control.Installation;

/**
 * The questions answered as the seed's notebooks do, by {@code bench/src/main/notebook}: a program
 * that Java runs from its source with Spark's class path, which no class here has.
 */
final class SeedStyle {
  private static final JsonMapper JSON = new JsonMapper();

  private SeedStyle() {}

  /**
   * Answers in a JVM of its own, with the options and settings of a large run of Pinflow's.
   *
   * @param topics the folder of the topics' objects
   * @param log takes what Spark says
   */
  static Answered answer(Path topics, String id, Path log) throws Exception {
    Path home = Installation.current().home();
    Path options = home.resolve("lake/src/main/resources/pinflow/lake");
    Path classPath = log.resolveSibling("seed.classpath");
    Files.writeString(
        classPath,
        "-cp \"" + Files.readString(home.resolve("lake/target/classpath")).strip() + '"');
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + options.resolve("jvm.options"),
                "@" + options.resolve("jvm-large.options"),
                "@" + classPath,
                home.resolve("bench/src/main/notebook/Notebook.java").toString(),
                topics.toString(),
                id)
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    Answered answered = new Answered();
    try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        add(answered, JSON.readTree(line));
      }
    } finally {
      process.destroy();
    }
    if (process.waitFor() != 0) {
      throw new IllegalStateException("The notebook failed; see " + Files.readString(log));
    }
    return answered;
  }

  private static void add(Answered answered, JsonNode answer) throws IOException {
    List<String> columns =
        JSON.convertValue(answer.path("columns"), new TypeReference<List<String>>() {});
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (JsonNode row : answer.path("rows")) {
      List<@Nullable Object> values = new ArrayList<>();
      for (JsonNode value : row) {
        values.add(
            value.isNull() ? null : value.isNumber() ? value.decimalValue() : value.asText());
      }
      rows.add(values);
    }
    answered.add(answer.path("answer").asText(), columns, rows);
  }
}
