package pinflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pinflow.audit.Answers;
import pinflow.audit.Audit;
import pinflow.audit.AuditReport;
import pinflow.audit.Hops;
import pinflow.audit.Hops.Outcome;
import pinflow.audit.LakeTable;
import pinflow.audit.LakeTables;
import pinflow.audit.StoredObjects;
import pinflow.control.SparkProcess;
import pinflow.control.SparkProcess.Start;
import pinflow.oracle.Answer;
import pinflow.oracle.NastySet;
import pinflow.oracle.Oracle;

/**
 * Posts on their whole way through real parts, judged by another engine: the answers, the clean
 * tables and the outcome counts must be those that DuckDB gets from the source rows.
 */
@Tag("slow")
final class WholeWayTest {
  /** The files that are there to hold a secret; only their owner can read them. */
  private static final Set<String> KEPT_IN =
      Set.of("credentials.json", "running.json", "secrets/store.properties");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void madePosts(long seed) throws IOException {
    Path rows = folder.resolve("rows");
    agrees(demo(new Demo.Posts(1_500, seed, null, rows)), Oracle.of(rows));
  }

  @Test
  void nastyPosts() throws Exception {
    Path rows = folder.resolve("rows");
    NastySet.write(rows);
    agrees(demo(new Demo.Posts(200, 0, rows, null)), Oracle.of(rows));

    // What no SQL column holds, posted as it stands to the same state, started again.
    Path wire = folder.resolve("wire");
    NastySet.writeWire(wire);
    try (StateFolder state = state();
        Pipeline pipeline = Pipeline.start(config(), state, quiet());
        StoredObjects objects = new StoredObjects(pipeline.store())) {
      Places places = Places.of(config(), state, pipeline.store());
      for (String table : Oracle.TABLES) {
        post(pipeline, table, Files.readAllLines(wire.resolve(table + ".jsonl")));
      }
      String kafka = Connections.required(pipeline.running(), "kafka");
      try (Audit audit = new Audit(kafka, objects, places.tables(), state.journal());
          Oracle expected = Oracle.of(rows, wire)) {
        LongSupplier onItsWay = audit.notYetStored(config().topics());
        Wait.until("the sink", Duration.ofMinutes(1), () -> onItsWay.getAsLong() == 0);
        assertThat(daily(places, state)).isEqualTo("daily run: new events");
        agrees(audit.run(config().topics()), places.tables(), expected);
        assertThat(daily(places, state)).isEqualTo("daily run: nothing new");
        agrees(audit.run(config().topics()), places.tables(), expected);
        quarantineAgrees(state, expected);
        mendedEventsAreAccountedFor(state, audit);
        assertThat(whereSecretsAre(state)).isEmpty();
      }
    }
  }

  @Test
  void realPosts() throws IOException {
    String data = System.getenv("PINFLOW_REAL_DATA");
    assumeTrue(data != null, "PINFLOW_REAL_DATA names no folder with real records");
    agrees(demo(new Demo.Posts(2_000, 0, Path.of(data), null)), Oracle.of(Path.of(data)));
  }

  private DemoResult demo(Demo.Posts posts) throws IOException {
    try (StateFolder state = state()) {
      return new Demo(config(), state, quiet(), Start.QUICK).run(posts, false);
    }
  }

  private void agrees(DemoResult result, Oracle expected) throws IOException {
    try (expected;
        StateFolder state = state()) {
      assertThat(result.addsUp()).as(() -> result.json().toString()).isTrue();
      agrees(result.audit(), Places.of(config(), state, null).tables(), expected);
    }
  }

  private static void agrees(AuditReport audit, LakeTables lake, Oracle expected) {
    Map<String, Hops> hops = audit.hops();
    Map<String, Map<String, Long>> outcomes = new LinkedHashMap<>();
    for (String table : Oracle.TABLES) {
      Hops hop = Objects.requireNonNull(hops.get(config().id() + "." + table), table);
      assertThat(hop.addUp()).as(table + ": " + hop).isTrue();
      Map<String, Long> counts = new LinkedHashMap<>();
      for (Outcome outcome : Outcome.values()) {
        counts.put(outcome.word(), hop.count(outcome));
      }
      outcomes.put(table, counts);
    }
    assertThat(outcomes).isEqualTo(expected.outcomes());
    assertThat(audit.faults()).isEmpty();
    for (String table : Oracle.TABLES) {
      assertThat(clean(lake, table)).as(table).isEqualTo(expected.clean(table));
    }
    List<Answers.Answer> answers = new Answers(lake).all();
    assertThat(answers).extracting(Answers.Answer::name).isEqualTo(Oracle.ANSWERS);
    List<String> differences = new ArrayList<>();
    for (Answers.Answer a : answers) {
      differences.addAll(
          Answer.differences(
              expected.answer(a.name()),
              a.columns(),
              a.rows(),
              a.used(),
              a.unmatched(),
              a.leftOut()));
    }
    assertThat(differences).isEmpty();
  }

  /** The exported rows break the rules that the oracle says, and each is a row of its own. */
  private void quarantineAgrees(StateFolder state, Oracle expected) throws IOException {
    Path file = folder.resolve("quarantine.jsonl");
    assertThat(export(state, file)).isEqualTo(ExitCode.OK);
    Map<String, Map<String, Long>> broken = new LinkedHashMap<>();
    Set<String> events = new HashSet<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode row = Grid.JSON.readTree(line);
      String event = row.path("topic").asText() + "/" + row.path("partition") + "/";
      assertThat(events.add(event + row.path("offset"))).as(line).isTrue();
      for (JsonNode rule : row.path("rules")) {
        broken
            .computeIfAbsent(row.path("table").asText(), table -> new LinkedHashMap<>())
            .merge(rule.asText(), 1L, Long::sum);
      }
    }
    for (String table : Oracle.TABLES) {
      assertThat(broken.get(table)).as(table).isEqualTo(expected.broken(table));
    }

    // What was mended by hand in a file is not lost to a second export.
    Files.writeString(file, "mended");
    assertThat(export(state, file)).isEqualTo(ExitCode.USAGE);
    assertThat(file).hasContent("mended");
    assertThat(export(state, file, "--force", "--table", "geo")).isEqualTo(ExitCode.OK);
    assertThat(Files.readAllLines(file)).isNotEmpty().allMatch(row -> row.contains("\"geo\""));
    Path none = folder.resolve("none.jsonl");
    assertThat(export(state, none, "--rule", "age.wrong")).isEqualTo(ExitCode.USAGE);
    assertThat(none).doesNotExist();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).noneMatch(left -> left.toString().endsWith(".part"));
    }
    assertThat(quarantine(state, "show")).isEqualTo(ExitCode.USAGE);
    assertThat(quarantine(state, "show", "t/0/1", "--table", "pin")).isEqualTo(ExitCode.USAGE);
    assertThat(quarantine(state, "show", "--rule", "age.wrong")).isEqualTo(ExitCode.USAGE);
    assertThat(quarantine(state, "show", "--rule", "age.invalid", "--table", "pin"))
        .isEqualTo(ExitCode.NEGATIVE);
    assertThat(quarantine(state, "show", "--rule", "age.invalid", "--limit", "1"))
        .isEqualTo(ExitCode.OK);
    assertThat(quarantine(state, "replay", "t/0/1", "--from", "x")).isEqualTo(ExitCode.USAGE);
  }

  /** One that passes now, and one that still breaks a rule, with another text. */
  private void mendedEventsAreAccountedFor(StateFolder state, Audit audit) throws Exception {
    Path file = folder.resolve("mended.jsonl");
    assertThat(export(state, file, "--rule", "country.missing")).isEqualTo(ExitCode.OK);
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file).subList(0, 2)) {
      String country = lines.isEmpty() ? "Mended" : "  ";
      ObjectNode row = (ObjectNode) Grid.JSON.readTree(line);
      row.put(
          "raw",
          "{\"ind\":900001,\"timestamp\":\"2020-08-28 03:52:47\",\"latitude\":1,\"longitude\":2,\"country\":\"%s\"}"
              .formatted(country));
      lines.add(row.toString());
    }
    Files.write(file, lines);
    assertThat(quarantine(state, "replay", "--from", file.toString())).isEqualTo(ExitCode.OK);

    LakeTables lake = Places.of(config(), state, null).tables();
    assertThat(clean(lake, "geo"))
        .filteredOn(row -> row.get(0).equals(900001L))
        .extracting(row -> row.get(1))
        .containsExactly("Mended");
    AuditReport report = audit.runDeep(config().topics(), (part, seconds) -> {});
    assertThat(report.faults()).isEmpty();
    assertThat(report.deep()).isInstanceOf(AuditReport.Deep.Compared.class);
    assertThat(report.answersBatch()).isEqualTo(report.batch());

    Path log = state.resolve("lake/mended/_delta_log");
    Path changed =
        SabotageTest.rewritten(log, "text || ' ' AS text, mended_at::TIMESTAMPTZ AS mended_at");
    assertThat(words(audit.run(config().topics()))).isEmpty();
    assertThat(words(audit.runDeep(config().topics(), (part, seconds) -> {})))
        .contains("row-changed mended", "row-changed quarantine");
    Files.delete(changed);
    String path = SabotageTest.field(SabotageTest.adds(log).get(0), "path");
    Path deleted =
        SabotageTest.commit(
            log,
            "{\"remove\":{\"path\":\"%s\",\"deletionTimestamp\":1,\"dataChange\":true}}%n"
                .formatted(path));
    assertThat(words(audit.run(config().topics()))).contains("row-missing mended");
    Files.delete(deleted);
    assertThat(words(audit.run(config().topics()))).isEmpty();
  }

  private static List<String> words(AuditReport report) {
    return report.faults().stream()
        .map(fault -> fault.kind().word() + " " + fault.where())
        .toList();
  }

  private static int export(StateFolder state, Path file, String... more) {
    List<String> words = new ArrayList<>(List.of("export", file.toString()));
    words.addAll(List.of(more));
    return quarantine(state, words.toArray(String[]::new));
  }

  private static int quarantine(StateFolder state, String... more) {
    List<String> words = new ArrayList<>(List.of("quarantine"));
    words.addAll(List.of(more));
    words.addAll(List.of("-q", "--dir", state.path().toString()));
    return Main.execute(words.toArray(String[]::new));
  }

  /** The seed's columns of a table, by ind. */
  private static List<List<@Nullable Object>> clean(LakeTables lake, String table) {
    LakeTable newest = lake.latest(table).orElseThrow();
    List<String> columns =
        newest.columns().stream().filter(column -> !column.startsWith("_")).toList();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    newest.forEach(columns, row -> rows.add(new ArrayList<>(java.util.Arrays.asList(row))));
    rows.sort(Comparator.comparing(row -> (Long) row.get(0)));
    return rows;
  }

  private static String daily(Places places, StateFolder state) {
    try (SparkProcess spark = places.spark(state, 200, Start.QUICK)) {
      boolean nothing = JobWork.daily(spark, List.of(), quiet()).path("batch").isNull();
      return "daily run: " + (nothing ? "nothing new" : "new events");
    }
  }

  /** Files and command lines that hold a secret and should not. */
  private static List<String> whereSecretsAre(StateFolder state) throws IOException {
    StateFolder.EmbeddedCredentials keys = state.credentials();
    List<String> secrets = List.of(keys.databasePassword(), keys.secretKey());
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(state.path())) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        boolean itsPlace =
            KEPT_IN.contains(state.path().relativize(file).toString())
                && PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
                    .equals("rw-------");
        if (!itsPlace && secrets.stream().anyMatch(content::contains)) {
          found.add(file.toString());
        }
      }
    }
    ProcessHandle.current()
        .descendants()
        .map(process -> process.info().commandLine().orElse(""))
        .filter(line -> secrets.stream().anyMatch(line::contains))
        .forEach(found::add);
    return found;
  }

  /** One request with all values, in their order: one key, so one partition. */
  private static void post(Pipeline pipeline, String table, List<String> values) throws Exception {
    String records =
        values.stream()
            .map(value -> "{\"key\":\"k\",\"value\":" + value + "}")
            .reduce((one, other) -> one + "," + other)
            .orElseThrow();
    String topic = config().id() + "." + table;
    HttpResponse<String> reply =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create(
                            Connections.required(pipeline.running(), "gateway")
                                + "/topics/"
                                + topic))
                    .header("Content-Type", "application/vnd.kafka.json.v2+json")
                    .POST(BodyPublishers.ofString("{\"records\":[" + records + "]}"))
                    .build(),
                BodyHandlers.ofString());
    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
  }

  private StateFolder state() {
    StateFolder state = StateFolder.at(folder.resolve("state"));
    state.take();
    return state;
  }

  private static PinflowConfig config() {
    return ConfigFile.defaults().onFreePorts().withQuickSink();
  }

  private static Steps quiet() {
    return new Steps(System.err, true);
  }
}
