package pinflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import pinflow.audit.Audit;
import pinflow.audit.AuditException;
import pinflow.audit.AuditReport;
import pinflow.audit.StoredObjects;
import pinflow.audit.StoredObjects.Store;
import pinflow.control.SparkProcess.Start;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * What somebody does to the objects, the tables or the log behind our back, the audit finds and
 * names.
 */
@Tag("slow")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class SabotageTest {
  @TempDir static Path folder;

  private static StateFolder state;
  private static Pipeline pipeline;
  private static S3Client s3;

  @BeforeAll
  static void start() throws IOException {
    state = StateFolder.at(folder.resolve("state"));
    state.take();
    new Demo(config(), state, quiet(), Start.QUICK).run(new Demo.Posts(360, 1, null, null), false);
    pipeline = Pipeline.start(config(), state, quiet());
    Store store = pipeline.store();
    s3 =
        S3Client.builder()
            .endpointOverride(store.endpoint())
            .region(Region.of(store.region()))
            .forcePathStyle(true)
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(store.accessKey(), store.secretKey())))
            .build();
  }

  @AfterAll
  static void stop() {
    s3.close();
    pipeline.close();
    state.close();
  }

  @Test
  @Order(0)
  void nothingIsWrongAtFirst() {
    assertThat(audit().faults()).isEmpty();
    assertThat(foundDeep()).isEmpty();
  }

  @Test
  void anObjectDeleted() {
    String key = lastObject();
    byte[] body = read(key);
    Map<String, String> metadata = metadata(key);
    s3.deleteObject(delete -> delete.bucket(bucket()).key(key));
    assertThat(found()).contains("object-missing");
    write(key, body, metadata);
    assertThat(found()).isEmpty();
  }

  @Test
  void anObjectShortened() {
    String key = lastObject();
    byte[] body = read(key);
    Map<String, String> metadata = metadata(key);
    write(key, java.util.Arrays.copyOf(body, body.length / 2), metadata);
    assertThat(found()).contains("object-changed " + key);
    write(key, body, metadata);
    assertThat(found()).isEmpty();
  }

  @Test
  void anObjectCopiedUnderAnotherName() {
    String key = lastObject();
    String copy = key.replaceFirst("\\d{10}\\.json$", "9999999999.json");
    write(copy, read(key), metadata(key));
    assertThat(found()).contains("object-double " + copy);
    s3.deleteObject(delete -> delete.bucket(bucket()).key(copy));
    assertThat(found()).isEmpty();
  }

  @Test
  void aByteOfAnObjectChangedWithItsMetadata() throws Exception {
    String key = lastObject();
    byte[] body = read(key);
    Map<String, String> metadata = metadata(key);
    byte[] changed = body.clone();
    int digit = new String(body, StandardCharsets.ISO_8859_1).indexOf("\"downloaded\":") + 14;
    changed[digit] = (byte) (changed[digit] == '1' ? '0' : '1');
    Map<String, String> itsMetadata = new HashMap<>(metadata);
    itsMetadata.put(
        "body-sha256",
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(changed)));
    write(key, changed, itsMetadata);
    assertThat(found()).isEmpty();
    assertThat(foundDeep()).isEqualTo("record-differs " + key);
    write(key, changed, metadata);
    assertThat(foundDeep()).isEqualTo("object-changed " + key);
    write(key, body, metadata);
    assertThat(foundDeep()).isEmpty();
  }

  @Test
  void aRowAndATextInQuarantineChanged() throws Exception {
    Path user = state.resolve("lake/user/_delta_log");
    Path quarantine = state.resolve("lake/quarantine/_delta_log");
    List<Path> commits =
        List.of(
            rewritten(
                user,
                "age + 1 AS age, date_joined::TIMESTAMPTZ AS date_joined, _timestamp::TIMESTAMPTZ AS _timestamp"),
            rewritten(quarantine, "raw || ' ' AS raw, _timestamp::TIMESTAMPTZ AS _timestamp"));
    assertThat(found()).isEmpty();
    assertThat(foundDeep()).contains("row-changed user").contains("row-changed quarantine");
    for (Path commit : commits) {
      Files.delete(commit);
    }
    assertThat(foundDeep()).isEmpty();
  }

  @Test
  void anEventSaidToRepeatOneWithAnotherContent() throws Exception {
    Path commit =
        rewritten(
            state.resolve("lake/events/_delta_log"),
            "CASE outcome WHEN 'duplicate' THEN 'other'::BLOB ELSE content END AS content, timestamp::TIMESTAMPTZ AS timestamp");
    assertThat(found()).isEmpty();
    assertThat(foundDeep()).contains("event-changed " + config().id());
    Files.delete(commit);
    assertThat(foundDeep()).isEmpty();
  }

  @Test
  void rowsDeleted() throws IOException {
    Path log = state.resolve("lake/pin/_delta_log");
    String add = adds(log).get(0);
    String path = field(add, "path");
    Path commit =
        commit(
            log,
            "{\"remove\":{\"path\":\""
                + path
                + "\",\"deletionTimestamp\":1,\"dataChange\":true}}\n");
    assertThat(found()).contains("row-missing", "answer-differs");
    Files.delete(commit);
    assertThat(found()).isEmpty();
  }

  @Test
  void rowsDoubled() throws IOException {
    Path log = state.resolve("lake/geo/_delta_log");
    String add = adds(log).get(0);
    String path = field(add, "path");
    Files.copy(log.resolveSibling(path), log.resolveSibling("copy-of-" + path));
    Path commit = commit(log, add.replace("\"path\":\"", "\"path\":\"copy-of-") + "\n");
    assertThat(found()).contains("row-double geo", "answer-differs");
    Files.delete(commit);
    assertThat(found()).isEmpty();
  }

  @Test
  void theTableOfEventsLost() throws IOException {
    Path events = state.resolve("lake/events");
    Files.move(events, folder.resolve("events"));
    assertThat(found()).contains("event-missing events");
    Files.move(folder.resolve("events"), events);
    assertThat(found()).isEmpty();
  }

  @Test
  void aFileOfATableLost() throws IOException {
    String path = field(adds(state.resolve("lake/user/_delta_log")).get(0), "path");
    Path file = state.resolve("lake/user").resolve(path);
    Files.move(file, folder.resolve("file"));
    assertThatThrownBy(SabotageTest::audit)
        .isInstanceOf(AuditException.class)
        .hasMessageContaining("lake/user")
        .hasMessageContaining("cannot be read");
    Files.move(folder.resolve("file"), file);
    assertThat(found()).isEmpty();
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void theLogCut() throws IOException {
    pipeline.close();
    Path segment = state.resolve("kafka/" + config().id() + ".pin-0/00000000000000000000.log");
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      file.setLength(0);
    }
    pipeline = Pipeline.start(config(), state, quiet());
    assertThat(found()).contains("log-cut", "receipt-not-in-log");
  }

  /**
   * Replaces a table's first file by one with other columns.
   *
   * @param columns as DuckDB's {@code REPLACE} takes them; all times among them, as {@code
   *     TIMESTAMPTZ}, since Kernel takes only those that say that they are UTC
   */
  static Path rewritten(Path log, String columns) throws Exception {
    String add = adds(log).get(0);
    String path = field(add, "path");
    Path copy = log.resolveSibling("copy-of-" + path);
    try (var duck = DriverManager.getConnection("jdbc:duckdb:");
        var statement = duck.createStatement()) {
      statement.execute(
          "SET TimeZone = 'UTC'; COPY (SELECT * REPLACE (%s) FROM '%s') TO '%s' (FORMAT parquet)"
              .formatted(columns, log.resolveSibling(path), copy));
    }
    return commit(
        log,
        "{\"remove\":{\"path\":\"%s\",\"deletionTimestamp\":1,\"dataChange\":true}}%n%s%n"
            .formatted(
                path,
                add.replace("\"path\":\"", "\"path\":\"copy-of-")
                    .replaceFirst("\"size\":\\d+", "\"size\":" + Files.size(copy))));
  }

  /** The kinds and places of the faults that an audit finds now. */
  private static String found() {
    return words(audit());
  }

  /** Those that a deep audit finds. */
  private static String foundDeep() {
    AuditReport report = audit((audit, topics) -> audit.runDeep(topics, (part, seconds) -> {}));
    assertThat(report.deep()).isNotNull();
    return words(report);
  }

  private static String words(AuditReport report) {
    return report.faults().stream()
        .map(fault -> fault.kind().word() + " " + fault.where())
        .collect(Collectors.joining(", "));
  }

  private static AuditReport audit() {
    return audit(Audit::run);
  }

  private static AuditReport audit(BiFunction<Audit, List<String>, AuditReport> run) {
    Places places = Places.of(config(), state, pipeline.store());
    try (StoredObjects objects = new StoredObjects(pipeline.store());
        Audit audit =
            new Audit(
                Connections.required(pipeline.running(), "kafka"),
                objects,
                places.tables(),
                state.journal())) {
      return run.apply(audit, config().topics());
    }
  }

  private static String lastObject() {
    String prefix = "topics/" + config().id() + ".pin/partition=1/";
    var objects = s3.listObjectsV2(list -> list.bucket(bucket()).prefix(prefix)).contents();
    return objects.get(objects.size() - 1).key();
  }

  private static byte[] read(String key) {
    return s3.getObjectAsBytes(get -> get.bucket(bucket()).key(key)).asByteArray();
  }

  private static Map<String, String> metadata(String key) {
    return s3.headObject(head -> head.bucket(bucket()).key(key)).metadata();
  }

  private static void write(String key, byte[] body, Map<String, String> metadata) {
    s3.putObject(
        put -> put.bucket(bucket()).key(key).metadata(metadata), RequestBody.fromBytes(body));
  }

  private static String bucket() {
    return pipeline.store().bucket();
  }

  static List<String> adds(Path log) throws IOException {
    List<String> adds = new ArrayList<>();
    try (Stream<Path> commits = Files.list(log)) {
      for (Path commit : commits.filter(file -> file.toString().endsWith(".json")).toList()) {
        Files.readAllLines(commit).stream()
            .filter(line -> line.startsWith("{\"add\""))
            .forEach(adds::add);
      }
    }
    return adds;
  }

  static String field(String json, String name) {
    return json.replaceFirst(".*\"" + name + "\":\"([^\"]+)\".*", "$1");
  }

  /** Writes a table's next version by hand. */
  static Path commit(Path log, String actions) throws IOException {
    int next = 0;
    while (Files.exists(log.resolve("%020d.json".formatted(next)))) {
      next++;
    }
    return Files.writeString(
        log.resolve("%020d.json".formatted(next)), actions, StandardOpenOption.CREATE_NEW);
  }

  private static PinflowConfig config() {
    return ConfigFile.defaults().onFreePorts().withQuickSink();
  }

  private static Steps quiet() {
    return new Steps(System.err, true);
  }
}
