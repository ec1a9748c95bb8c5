package pinflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.control.Installation;
import pinflow.source.SourceDatabase;
import pinflow.source.emulate.Dialect;
import pinflow.source.emulate.Emulator;
import pinflow.source.emulate.Settings;
import pinflow.source.generate.PostGenerator;

/** Jobs through the doors that users have: the commands and the Jobs API of a whole Pinflow. */
@Tag("slow")
final class JobsTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir private Path folder = Path.of("");

  @Test
  void runsByEveryDoorAreAlike() throws Exception {
    Path sql = Files.writeString(folder.resolve("count.sql"), "SELECT count(*) AS n FROM pin;\n");
    Path counted = folder.resolve("counted.txt");
    Path file =
        Files.writeString(
            folder.resolve("pinflow.yaml"),
            """
            jobs:
              - {name: program, kind: jar, retries: 0, parameters: {jar: %s, main: CountPins, to: %s}}
              - {name: daily, schedule: {cron: "0 3 29 2 *", zone: Europe/Berlin}}
              - {name: count, kind: spark-sql, retries: 0, parameters: {file: %s}}
              - {name: no-file, kind: spark-sql, parameters: {file: nowhere.sql}}
            """
                .formatted(programCountingPins(), counted, sql));
    PinflowConfig config = ConfigFile.read(file, true).onFreePorts().withQuickSink();
    try (StateFolder state = StateFolder.at(folder.resolve("state"))) {
      state.take();
      ControlPart control = new ControlPart(config, state, file);
      try (Pipeline pipeline =
          Pipeline.start(config, state, new Steps(System.err, true), control, reason -> {})) {
        post(config, state);
        theDailyJobThreeTimes(state);
        twiceAtOnce(state);
        byTheJobsApi(pipeline.running());
        cancelledAndRepaired(state);
        filesOfSql(state);
        pinflow(state, ExitCode.OK, "run", "program");
        assertThat(counted).content().containsPattern("^[1-9][0-9]* pins$");
        mistakesAreNamed(state);
        allAreListed(state);
      }
    }
  }

  /** A user's jar, which reads a table of ours and writes one of its own. */
  private Path programCountingPins() throws IOException {
    Path source =
        Files.writeString(
            folder.resolve("CountPins.java"),
            """
            import java.nio.file.Files;
            import java.nio.file.Path;
            import org.apache.spark.sql.SparkSession;

            public final class CountPins {
              public static void main(String[] args) throws Exception {
                Path to = Path.of(args[0].substring("to=".length()));
                SparkSession spark = SparkSession.builder().getOrCreate();
                spark.read().format("delta").load(System.getenv("PINFLOW_LAKE") + "/pin")
                    .write().format("delta").save(to + ".delta");
                long pins = spark.read().format("delta").load(to + ".delta").count();
                Files.writeString(to, pins + " pins");
              }
            }
            """);
    Path home = Installation.current().home();
    String spark = Files.readString(home.resolve("lake/target/classpath")).strip();
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-cp", spark, "--release", "17", source.toString());
    assertThat(code).isZero();
    Path jar = folder.resolve("count.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry("CountPins.class"));
      Files.copy(folder.resolve("CountPins.class"), out);
    }
    return jar;
  }

  private static void post(PinflowConfig config, StateFolder state) {
    Running running = state.running().orElseThrow();
    try (SourceDatabase database = Connections.database(config, state);
        EmulatorBar bar = new EmulatorBar(true)) {
      PostGenerator.fill(database, 300, 7, false);
      URI gateway = URI.create(Connections.required(running, "gateway"));
      Settings settings =
          Settings.of(Dialect.KAFKA_REST, gateway, config.id(), state.journal("batch"));
      assertThat(new Emulator(settings, database).run(bar).complete()).isTrue();
    }
  }

  private static void theDailyJobThreeTimes(StateFolder state) throws IOException {
    JsonNode first = json(pinflow(state, ExitCode.OK, "run", "daily", "--json"));
    assertThat(first.path("batch").asLong(-1)).isZero();
    assertThat(first.at("/versions/written/pin").isNumber()).isTrue();
    for (int again = 0; again < 2; again++) {
      JsonNode next = json(pinflow(state, ExitCode.OK, "run", "daily", "--json"));
      assertThat(next.path("batch").isNull()).isTrue();
      assertThat(next.at("/versions/written")).isEmpty();
    }
    assertThat(pinflow(state, ExitCode.OK, "run", "daily")).contains("Nothing new in the bucket");
  }

  private static void twiceAtOnce(StateFolder state) throws IOException {
    long one = submit(state, "daily");
    long two = submit(state, "daily");
    JsonNode first = ended(state, one);
    JsonNode second = ended(state, two);
    assertThat(List.of(first.path("state").asText(), second.path("state").asText()))
        .containsOnly("SUCCEEDED");
    assertThat(Instant.parse(second.path("started").asText()))
        .isAfterOrEqualTo(Instant.parse(first.path("ended").asText()));
  }

  private static void byTheJobsApi(Running running) throws Exception {
    URI api = URI.create(Connections.required(running, ControlClient.PART) + "/api/2.1/jobs/");
    String token =
        running.credentials().getOrDefault(ControlClient.PART, Map.of()).get("jobs_token");
    String submit = "{\"run_name\":\"by curl\",\"notebook_task\":{\"notebook_path\":\"%s\"}}";
    HttpResponse<String> taken =
        send(api.resolve("runs/submit"), "Bearer " + token, submit.formatted("/Users/me/Daily.py"));
    assertThat(taken.statusCode()).as(taken.body()).isEqualTo(200);
    HttpResponse<String> unknown =
        send(api.resolve("runs/submit"), "Bearer " + token, submit.formatted("/Users/me/nothing"));
    assertThat(unknown.statusCode()).isEqualTo(400);
    assertThat(unknown.body()).contains("INVALID_PARAMETER_VALUE", "nothing", "daily", "count");
    assertThat(send(api.resolve("runs/submit"), "Bearer wrong-token", "{}").statusCode())
        .isEqualTo(403);
    HttpResponse<String> large =
        send(api.resolve("runs/submit"), "Bearer " + token, "x".repeat(10 << 20));
    assertThat(large.statusCode()).isEqualTo(413);
    assertThat(json(large.body()).path("error_code").asText())
        .isEqualTo("MAX_REQUEST_SIZE_EXCEEDED");
  }

  private static HttpResponse<String> send(URI uri, String authorization, String body)
      throws Exception {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .build()
        .send(
            HttpRequest.newBuilder(uri)
                .header("Authorization", authorization)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
  }

  private static void cancelledAndRepaired(StateFolder state) throws IOException {
    long id = submit(state, "daily");
    pinflow(state, ExitCode.OK, "runs", "cancel", Long.toString(id));
    assertThat(ended(state, id).path("state").asText()).isEqualTo("CANCELED");
    pinflow(state, ExitCode.OK, "runs", "repair", Long.toString(id));
    assertThat(ended(state, id).path("state").asText()).isEqualTo("SUCCEEDED");
    pinflow(state, ExitCode.USAGE, "runs", "repair", Long.toString(id));
    assertThat(pinflow(state, ExitCode.OK, "runs", "logs", Long.toString(id)))
        .contains("of daily, attempt", "Succeeded.");
  }

  private static void filesOfSql(StateFolder state) throws IOException {
    JsonNode counted = json(pinflow(state, ExitCode.OK, "run", "count", "--json"));
    assertThat(counted.at("/rows/0/0").asLong()).isPositive();
    // What was asked for is wrong, so it is not tried again.
    pinflow(state, ExitCode.NEGATIVE, "run", "no-file");
    JsonNode failed = newest(state);
    assertThat(failed.path("state").asText()).isEqualTo("FAILED");
    assertThat(failed.path("attempt").asInt()).isEqualTo(1);
    assertThat(failed.path("message").asText()).contains("nowhere.sql is not there");
  }

  private static void mistakesAreNamed(StateFolder state) {
    pinflow(state, ExitCode.USAGE, "run", "dayly");
    pinflow(state, ExitCode.USAGE, "run", "daily", "--param", "post=1");
    pinflow(state, ExitCode.USAGE, "runs", "show", "999999");
    pinflow(state, ExitCode.USAGE, "runs", "list", "--job", "dayly");
    pinflow(state, ExitCode.USAGE, "schedule", "pause", "compact");
  }

  private static void allAreListed(StateFolder state) throws IOException {
    assertThat(pinflow(state, ExitCode.OK, "schedule", "pause", "daily")).contains("paused");
    JsonNode next = json(pinflow(state, ExitCode.OK, "schedule", "next", "daily", "--json"));
    assertThat(next.at("/schedules/0/next").size()).isEqualTo(5);
    List<String> seen = new ArrayList<>();
    for (JsonNode run : json(pinflow(state, ExitCode.OK, "runs", "list", "--json")).path("runs")) {
      seen.add(run.path("job").asText() + " by " + run.path("asked_by").asText());
      assertThat(run.path("final").asBoolean()).as(run.toString()).isTrue();
    }
    assertThat(seen).contains("daily by cli", "daily by databricks", "count by cli");
    assertThat(pinflow(state, ExitCode.OK, "runs", "list", "--job", "count")).contains("SUCCEEDED");
  }

  private static long submit(StateFolder state, String job) throws IOException {
    return json(pinflow(state, ExitCode.OK, "run", job, "--no-wait", "--json")).path("id").asLong();
  }

  private static JsonNode ended(StateFolder state, long id) {
    ObjectNode[] found = {Grid.JSON.createObjectNode()};
    Wait.until(
        "run " + id,
        PATIENCE,
        () -> {
          found[0] = (ObjectNode) ControlClient.of(state).get("/runs/" + id);
          return found[0].path("final").asBoolean();
        });
    return found[0];
  }

  private static JsonNode newest(StateFolder state) {
    return ControlClient.of(state).get("/runs?limit=1").path("runs").path(0);
  }

  private static JsonNode json(String text) throws IOException {
    return Grid.JSON.readTree(text);
  }

  /** What a command prints; it must end with the code. */
  private static String pinflow(StateFolder state, int code, String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--dir", state.path().toString()));
    if (words[0].equals("run")) {
      all.add("-q");
    }
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      assertThat(Main.execute(all.toArray(String[]::new)))
          .as(() -> String.join(" ", words))
          .isEqualTo(code);
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }
}
