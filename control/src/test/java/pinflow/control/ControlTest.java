package pinflow.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pinflow.control.jobs.Job;
import pinflow.control.jobs.JobSchedule;
import pinflow.control.jobs.Jobs;

/** Control at its door; replays contracts: databricks, every file. */
class ControlTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TOKEN = "dapi-of-the-test";
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir static Path folder;
  private static Control control;

  @BeforeAll
  static void start() {
    Job scheduled =
        Job.of(
            "compact",
            null,
            Map.of("script", "exit 0"),
            null,
            null,
            null,
            JobSchedule.of("0 3 * * *", "Europe/Berlin", null),
            null,
            null,
            null);
    List<Job> jobs =
        List.of(
            Rig.job("good", "echo at work >&2; echo '{\"batch\":7}'", 4, Job.WhenBusy.WAIT),
            Rig.job("bad", "echo 'pinflow: The store is away. Start it.' >&2; exit 2"),
            Rig.job("slow", "sleep 300"),
            scheduled);
    control =
        Control.start(
            new ControlConfig("127.0.0.1", 0, TOKEN, Rig.config(folder)),
            Rig.emptyDatabase(),
            new Jobs(jobs, Map.of()),
            Rig.SCRIPTS,
            InstantSource.system());
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(control.url() + path))
        .timeout(Duration.ofSeconds(60))
        .header("Authorization", "Bearer " + TOKEN);
  }

  private static HttpResponse<String> send(HttpRequest request)
      throws IOException, InterruptedException {
    return HTTP.send(request, BodyHandlers.ofString());
  }

  private static JsonNode post(String path, String body) throws Exception {
    HttpResponse<String> answer = send(request(path).POST(BodyPublishers.ofString(body)).build());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static JsonNode get(String path) throws Exception {
    HttpResponse<String> answer = send(request(path).build());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  record Example(String name, String api, JsonNode story) {
    @Override
    public String toString() {
      return name + " " + api;
    }
  }

  static List<Example> databricks() throws Exception {
    URI uri =
        Objects.requireNonNull(ControlTest.class.getResource("/pinflow/contracts/databricks"))
            .toURI();
    if (!uri.getScheme().equals("jar")) {
      return examples(Path.of(uri));
    }
    try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
      return examples(jar.getPath("/pinflow/contracts/databricks"));
    }
  }

  private static List<Example> examples(Path folder) throws IOException {
    List<Example> examples = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
        for (String api : List.of("/api/2.0", "/api/2.1", "/api/2.2")) {
          examples.add(
              new Example(
                  String.valueOf(file.getFileName()), api, JSON.readTree(Files.readString(file))));
        }
      }
    }
    return examples;
  }

  @ParameterizedTest
  @MethodSource("databricks")
  void theJobsApiAnswersAsTheContractSays(Example example) throws Exception {
    Map<String, JsonNode> known = new HashMap<>();
    known.put("api", JSON.getNodeFactory().textNode(example.api()));
    for (JsonNode exchange : example.story().get("exchanges")) {
      if (exchange.path("until").asBoolean()) {
        Rig.until(() -> difference(exchange, known) == null);
      } else {
        assertThat(difference(exchange, known)).isNull();
      }
    }
  }

  /** What is learnt stays learnt only when all is as expected; then null. */
  private static @Nullable String difference(JsonNode exchange, Map<String, JsonNode> known)
      throws Exception {
    JsonNode filled = filled(exchange, known);
    JsonNode asked = filled.get("request");
    HttpRequest.Builder builder =
        request(asked.get("path").asText())
            .header("Content-Type", "application/json")
            .method(
                asked.get("method").asText(),
                asked.has("fields")
                    ? BodyPublishers.ofString(asked.get("fields").toString())
                    : BodyPublishers.noBody());
    HttpResponse<String> answer = send(builder.build());
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    JsonNode told = JSON.readTree(answer.body());
    JsonNode expected = filled.get("response");
    Map<String, JsonNode> learnt = new HashMap<>(known);
    learn(expected.get("body"), told, learnt);
    JsonNode body = filled(expected, learnt).get("body");
    if (answer.statusCode() == expected.get("status").asInt() && body.equals(told)) {
      known.putAll(learnt);
      return null;
    }
    return "%s%n%s%nis not%n%s".formatted(asked, body, answer.statusCode() + " " + told);
  }

  /** A value that is a ${name} alone keeps its type. */
  private static JsonNode filled(JsonNode node, Map<String, JsonNode> known) throws IOException {
    String text = node.toString();
    for (Map.Entry<String, JsonNode> value : known.entrySet()) {
      String name = "${" + value.getKey() + "}";
      text = text.replace("\"" + name + "\"", value.getValue().toString());
      String inside = JSON.writeValueAsString(value.getValue().asText());
      text = text.replace(name, inside.substring(1, inside.length() - 1));
    }
    return JSON.readTree(text);
  }

  private static void learn(JsonNode expected, JsonNode told, Map<String, JsonNode> known) {
    if (expected instanceof ObjectNode object) {
      object
          .properties()
          .forEach(
              field -> {
                JsonNode value = told.path(field.getKey());
                String text = field.getValue().asText();
                if (text.startsWith("${") && text.endsWith("}") && !value.isMissingNode()) {
                  known.putIfAbsent(text.substring(2, text.length() - 1), value);
                } else {
                  learn(field.getValue(), value, known);
                }
              });
    }
    for (int i = 0; expected.isArray() && i < expected.size(); i++) {
      learn(expected.get(i), told.path(i), known);
    }
  }

  @Test
  void withoutTheTokenNothingIsTold() throws Exception {
    URI list = URI.create(control.url() + "/api/2.1/jobs/list");
    HttpResponse<String> none = send(HttpRequest.newBuilder(list).build());
    assertThat(none.statusCode()).isEqualTo(401);
    assertThat(JSON.readTree(none.body()).path("error_code").asText()).isEqualTo("UNAUTHENTICATED");
    for (String wrong :
        List.of("Bearer dapi-other", "Basic " + basic("someone", TOKEN), "Basic !", "Digest x")) {
      HttpResponse<String> answer =
          send(HttpRequest.newBuilder(list).header("Authorization", wrong).build());
      assertThat(answer.statusCode()).as(wrong).isEqualTo(403);
      assertThat(JSON.readTree(answer.body()).path("error_code").asText())
          .isEqualTo("PERMISSION_DENIED");
    }
    HttpResponse<String> right =
        send(
            HttpRequest.newBuilder(list)
                .header("Authorization", "Basic " + basic("token", TOKEN))
                .build());
    assertThat(right.statusCode()).isEqualTo(200);
  }

  private static String basic(String user, String password) {
    return Base64.getEncoder()
        .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aBodyOfTenMegabytesIsRefusedAnnouncedOrNot() throws Exception {
    byte[] body = new byte[10 << 20];
    for (HttpRequest.BodyPublisher sent :
        List.of(
            BodyPublishers.ofByteArray(body),
            BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(body)))) {
      HttpResponse<String> answer = send(request("/api/2.1/jobs/runs/submit").POST(sent).build());
      assertThat(answer.statusCode()).isEqualTo(413);
      assertThat(JSON.readTree(answer.body()).path("error_code").asText())
          .isEqualTo("MAX_REQUEST_SIZE_EXCEEDED");
    }
    HttpResponse<String> broken =
        send(request("/api/2.1/jobs/runs/submit").POST(BodyPublishers.ofString("{\"a\":")).build());
    assertThat(broken.statusCode()).isEqualTo(400);
    assertThat(broken.body()).contains("MALFORMED_REQUEST", "no JSON");
  }

  /** One of job slow runs, so the others wait, as many as may; each is answered. */
  @Test
  void aThousandSubmitsAtOnceAreBoundedAndNoneIsLost() throws Exception {
    String body = "{\"run_name\":\"burst\",\"notebook_task\":{\"notebook_path\":\"/slow\"}}";
    List<CompletableFuture<HttpResponse<String>>> sent =
        IntStream.range(0, 1_100)
            .mapToObj(
                i ->
                    HTTP.sendAsync(
                        request("/api/2.1/jobs/runs/submit")
                            .POST(BodyPublishers.ofString(body))
                            .build(),
                        BodyHandlers.ofString()))
            .toList();
    Set<Long> taken = new HashSet<>();
    int refused = 0;
    for (CompletableFuture<HttpResponse<String>> answer : sent) {
      HttpResponse<String> told = answer.join();
      JsonNode json = JSON.readTree(told.body());
      if (told.statusCode() == 200) {
        taken.add(json.path("run_id").asLong());
      } else {
        assertThat(told.statusCode()).as(told.body()).isEqualTo(429);
        assertThat(json.path("error_code").asText()).isEqualTo("REQUEST_LIMIT_EXCEEDED");
        refused++;
      }
    }
    assertThat(taken.size() + refused).isEqualTo(1_100);
    assertThat(taken).hasSizeBetween(995, 1_001);
    Set<Long> listed = new HashSet<>();
    long before = Long.MAX_VALUE;
    for (int page = 0; page < 3; page++) {
      for (JsonNode run :
          get("/control/v1/runs?job=slow&limit=1000&before=" + before).path("runs")) {
        before = run.path("id").asLong();
        if (run.path("name").asText().equals("burst")) {
          listed.add(before);
        }
      }
    }
    assertThat(listed).isEqualTo(taken);
    long job = get("/api/2.1/jobs/list?name=slow").path("jobs").path(0).path("job_id").asLong();
    post("/api/2.1/jobs/runs/cancel-all", "{\"job_id\":%d}".formatted(job));
    Rig.until(() -> get("/control/v1/runs?job=slow&active=true&limit=1").path("runs").isEmpty());
  }

  @Test
  void ourOwnApiServesTheCommands() throws Exception {
    JsonNode run =
        post(
            "/control/v1/runs",
            "{\"job\":\"good\",\"asked_by\":\"cli\",\"parameters\":{\"script\":\"echo '<b>' >&2; exit 1\"}}");
    String path = "/control/v1/runs/" + run.path("id").asText();
    Rig.until(() -> get(path).path("final").asBoolean());
    JsonNode failed = get(path);
    assertThat(failed.path("state").asText()).isEqualTo("FAILED");
    assertThat(failed.path("asked_by").asText()).isEqualTo("cli");
    assertThat(failed.path("history").findValuesAsText("to"))
        .containsExactly("QUEUED", "RUNNING", "FAILED");
    HttpResponse<String> log = send(request(path + "/log?offset=0").build());
    assertThat(log.body()).contains("attempt 1 of 1", "<b>");
    assertThat(log.headers().firstValue("Pinflow-Log-Ended")).contains("true");
    HttpResponse<String> page =
        send(HttpRequest.newBuilder(URI.create(failed.path("url").asText())).build());
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).contains("of good: FAILED", "&lt;b&gt;").doesNotContain("<b>");
    HttpResponse<String> guessed =
        send(HttpRequest.newBuilder(URI.create(control.url() + "/runs/1?key=1")).build());
    assertThat(guessed.statusCode()).isEqualTo(401);

    HttpResponse<String> unknown =
        send(
            request("/control/v1/runs")
                .POST(
                    BodyPublishers.ofString("{\"job\":\"good\",\"parameters\":{\"skript\":\"\"}}"))
                .build());
    assertThat(unknown.statusCode()).isEqualTo(400);
    assertThat(unknown.body()).contains("no such parameter, but [posts, script]");

    assertThat(get("/control/v1/schedules").path("schedules").path(0).path("cron").asText())
        .isEqualTo("0 3 * * *");
    assertThat(post("/control/v1/schedules/compact/pause", "").path("paused").asBoolean()).isTrue();
    assertThat(post("/control/v1/schedules/compact/resume", "").path("next").asText())
        .isEqualTo(get("/control/v1/schedules/compact/next?count=3").path("next").path(0).asText());
  }
}
