package pinflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpRequest.Builder;
import java.net.http.HttpResponse;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Replays contracts: kafka-rest, every file. */
class ExamplesTest {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  @TempDir static Path folder;
  private static Rig rig;

  @BeforeAll
  static void start() {
    rig = Rig.start(folder, config -> config);
  }

  @AfterAll
  static void stop() {
    rig.close();
  }

  record Example(String name, JsonNode story) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Example> examples() throws IOException, URISyntaxException {
    URI uri =
        java.util.Objects.requireNonNull(
                ExamplesTest.class.getResource("/pinflow/contracts/kafka-rest"))
            .toURI();
    if (!uri.getScheme().equals("jar")) {
      return examples(Path.of(uri));
    }
    try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
      return examples(jar.getPath("/pinflow/contracts/kafka-rest"));
    }
  }

  private static List<Example> examples(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> stories =
          files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
      List<Example> examples = new java.util.ArrayList<>();
      for (Path file : stories) {
        examples.add(
            new Example(
                String.valueOf(file.getFileName()), MAPPER.readTree(Files.readString(file))));
      }
      return examples;
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void theGatewayAnswersAsTheContractSays(Example example) throws Exception {
    String topic = rig.topic(example.story().get("partitions").intValue());
    for (JsonNode exchange : example.story().get("exchanges")) {
      JsonNode filled =
          MAPPER.readTree(
              exchange
                  .toString()
                  .replace("${topic}", topic)
                  .replace("${url}", rig.gateway().url().toString()));
      replay(filled.get("request"), filled.get("response"));
    }
  }

  private static void replay(JsonNode request, JsonNode expected) throws Exception {
    Builder builder =
        rig.request(request.get("path").textValue())
            .method(
                request.get("method").textValue(),
                request.has("body")
                    ? BodyPublishers.ofString(request.get("body").textValue())
                    : BodyPublishers.noBody());
    request
        .get("headers")
        .properties()
        .forEach(h -> builder.header(h.getKey(), h.getValue().textValue()));
    HttpResponse<String> response = rig.send(builder.build());

    assertThat(response.statusCode())
        .as("%s%n%s", request, response.body())
        .isEqualTo(expected.get("status").intValue());
    expected
        .get("headers")
        .properties()
        .forEach(
            h ->
                assertThat(response.headers().firstValue(h.getKey()))
                    .as("%s", request)
                    .contains(h.getValue().textValue()));
    if (expected.has("body")) {
      assertThat(MAPPER.readTree(response.body()))
          .as("%s", request)
          .isEqualTo(expected.get("body"));
    }
  }
}
