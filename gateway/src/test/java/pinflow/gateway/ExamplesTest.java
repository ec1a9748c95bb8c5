package pinflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Replays contracts: kafka-rest and kinesis, every file. */
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

  static List<Example> kafkaRest() throws IOException, URISyntaxException {
    return examples("/pinflow/contracts/kafka-rest");
  }

  static List<Example> kinesis() throws IOException, URISyntaxException {
    return examples("/pinflow/contracts/kinesis");
  }

  private static List<Example> examples(String folder) throws IOException, URISyntaxException {
    URI uri = java.util.Objects.requireNonNull(ExamplesTest.class.getResource(folder)).toURI();
    if (!uri.getScheme().equals("jar")) {
      return examples(Path.of(uri));
    }
    try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
      return examples(jar.getPath(folder));
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
  @MethodSource("kafkaRest")
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

  @ParameterizedTest
  @MethodSource("kinesis")
  void streamsAnswerAsTheContractSays(Example example) throws Exception {
    String stream = "stream-" + UUID.randomUUID();
    String created = "{\"ShardCount\":" + example.story().get("shards") + "}";
    rig.send(rig.request("/streams/" + stream).POST(BodyPublishers.ofString(created)).build());
    Rig.until(() -> rig.get("/streams/" + stream).body().contains("\"ACTIVE\""));
    Map<String, String> known = new HashMap<>(Map.of("stream", stream));
    for (JsonNode exchange : example.story().get("exchanges")) {
      String text = exchange.toString();
      for (Map.Entry<String, String> value : known.entrySet()) {
        text = text.replace("${" + value.getKey() + "}", value.getValue());
      }
      JsonNode filled = MAPPER.readTree(text);
      JsonNode expected = filled.get("response");
      String body = replay(filled.get("request"), without(expected, "body"));
      if (expected.has("body")) {
        JsonNode told = MAPPER.readTree(body);
        learn(expected.get("body"), told, known);
        assertThat(told).as("%s", filled.get("request")).isEqualTo(expected.get("body"));
      }
    }
  }

  private static JsonNode without(JsonNode node, String field) {
    ObjectNode copy = node.deepCopy();
    copy.remove(field);
    return copy;
  }

  /** What a ${name} stands for is learnt, and put in its place in what is expected. */
  private static void learn(JsonNode expected, JsonNode told, Map<String, String> known) {
    if (expected instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        JsonNode value = told.path(field.getKey());
        String text = field.getValue().asText();
        if (text.startsWith("${") && !value.isMissingNode()) {
          known.put(text.substring(2, text.length() - 1), value.asText());
          field.setValue(value);
        } else {
          learn(field.getValue(), value, known);
        }
      }
    }
    for (int i = 0; expected.isArray() && i < expected.size(); i++) {
      learn(expected.get(i), told.path(i), known);
    }
  }

  private static String replay(JsonNode request, JsonNode expected) throws Exception {
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
    return response.body();
  }
}
