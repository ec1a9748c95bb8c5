package pinflow.source.emulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.source.SourceDatabase;
import pinflow.source.SourceException;
import pinflow.source.SourceTable;
import pinflow.source.TestDatabase;
import pinflow.source.emulate.FailingGateway.Fault;
import pinflow.source.emulate.FailingGateway.Seen;
import pinflow.source.generate.PostGenerator;

class EmulatorTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int POSTS = 1_100;

  @TempDir private Path dir;
  private final SourceDatabase db = TestDatabase.empty();
  private FailingGateway gateway = start(0);

  @BeforeEach
  void fill() {
    PostGenerator.fill(db, POSTS, 5, false);
  }

  @AfterEach
  void close() {
    gateway.close();
    db.close();
  }

  /**
   * Silent failure 2: each post once, its three records together, rows of one ind in their order.
   */
  @Test
  void postsEachRowOnce() throws IOException {
    List<Progress> told = new ArrayList<>();
    Summary summary = new Emulator(settings(), db).run(told::add);

    assertThat(summary.posted()).isEqualTo(db.counts());
    assertThat(summary.failedRecords()).isZero();
    assertThat(summary.posts()).isEqualTo(POSTS);
    assertThat(summary.complete()).isTrue();
    for (SourceTable table : SourceTable.values()) {
      List<JsonNode> log = log(table);
      Map<Long, List<JsonNode>> byInd =
          log.stream()
              .collect(
                  Collectors.groupingBy(
                      record -> record.path("key").asLong(),
                      Collectors.mapping(record -> record.get("value"), Collectors.toList())));
      Map<Long, List<JsonNode>> expected = new HashMap<>();
      db.rows(table)
          .forEachRemaining(
              row -> {
                Long ind = Objects.requireNonNull(row.ind());
                expected
                    .computeIfAbsent(ind, key -> new ArrayList<>())
                    .add(parse(row.value().toString()));
              });
      assertThat(byInd).isEqualTo(expected);
      assertThat(log.get(0).get("value").fieldNames())
          .toIterable()
          .containsExactlyElementsOf(
              table.columns().stream().map(SourceTable.Column::name).toList());
    }
    assertThat(gateway.seen).hasSize(18);
    assertThat(gateway.mostAtOnce.get()).isBetween(2, 8);
    assertThat(told.get(told.size() - 1))
        .satisfies(
            last -> {
              assertThat(last.posts()).isEqualTo(POSTS);
              assertThat(last.of()).hasValue(POSTS);
              assertThat(last.posted()).isEqualTo(summary.postedRecords());
            });
    assertJournalHoldsTheLog(summary);
  }

  /**
   * Silent failure 1: what fails is tried again, under its first key, and nothing is written twice.
   */
  @Test
  void triesAgainWhatMaySucceed() throws IOException {
    gateway.failNext(Fault.UNAVAILABLE, Fault.CUT, Fault.HALF, Fault.BROKEN, Fault.HALF, Fault.CUT);

    Summary summary = new Emulator(settings(), db).run(progress -> {});

    assertThat(summary.posted()).isEqualTo(db.counts());
    assertThat(summary.failedRecords()).isZero();
    assertThat(gateway.records()).isEqualTo(summary.postedRecords());
    assertThat(gateway.seen).hasSize(18 + 6);
    Map<String, List<Seen>> byKey = gateway.seen.stream().collect(Collectors.groupingBy(Seen::key));
    assertThat(byKey).hasSize(18);
    assertThat(byKey.values())
        .allSatisfy(same -> assertThat(same.stream().map(Seen::body).distinct()).hasSize(1));
    assertThat(byKey.keySet())
        .allMatch(key -> key.matches(summary.run() + "\\.(pin|geo|user)\\.\\d+-\\d+"));
    assertJournalHoldsTheLog(summary);
  }

  @Test
  void waitsAsLongAsItIsAskedTo() {
    gateway.failNext(Fault.UNAVAILABLE);

    new Emulator(
            settings(OptionalLong.of(5), OptionalDouble.empty(), false, Duration.ofSeconds(5)), db)
        .run(progress -> {});

    assertThat(gateway.seen.stream().collect(Collectors.groupingBy(Seen::key)).values())
        .filteredOn(same -> same.size() == 2)
        .singleElement()
        .satisfies(
            same ->
                assertThat(Duration.ofNanos(same.get(1).atNanos() - same.get(0).atNanos()))
                    .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(3)));
  }

  @Test
  void triesAgainLessAndLessOften() {
    gateway.failAlways(topic -> Fault.BROKEN);

    Summary summary = new Emulator(first(1), db).run(progress -> {});

    assertThat(summary.failedRecords()).isEqualTo(3);
    assertThat(summary.problems()).singleElement().asString().contains("HTTP 500");
    assertThat(gateway.seen).hasSizeBetween(3 * 3, 3 * 7);
  }

  @Test
  void countsWhatFailsForGoodAndResumesWithTheSameKeys() throws IOException {
    // Not the next request, whichever that is: it may be one of geo.
    AtomicBoolean refused = new AtomicBoolean();
    gateway.failAlways(
        topic ->
            topic.endsWith(".geo")
                ? Fault.NOT_FOUND
                : topic.endsWith(".pin") && refused.compareAndSet(false, true)
                    ? Fault.LAST_REFUSED
                    : null);
    Map<SourceTable, Long> rows = db.counts();

    Summary first = new Emulator(settings(), db).run(progress -> {});

    assertThat(first.failed()).containsEntry(SourceTable.GEO, rows.get(SourceTable.GEO));
    assertThat(first.failedRecords() - count(rows, SourceTable.GEO)).isEqualTo(1);
    assertThat(first.postedRecords() + first.failedRecords()).isEqualTo(total(rows));
    assertThat(first.complete()).isFalse();
    assertThat(first.problems())
        .hasSize(2)
        .anyMatch(
            text ->
                text.contains("HTTP 404 40401: Topic not found.")
                    && text.contains("0e03d1c30c91.geo"))
        .anyMatch(text -> text.contains("1 records") && text.contains("this record is refused"));
    assertThat(gateway.seen).as("none is tried twice").hasSize(18);

    Set<String> keys = keys();
    gateway.failAlways(topic -> null);
    gateway.seen.clear();
    Files.writeString(journal(), "{\"chunk\":0,\"top", StandardOpenOption.APPEND);
    Summary second = new Emulator(resuming(settings()), db).run(progress -> {});

    assertThat(second.run()).isEqualTo(first.run());
    assertThat(second.complete()).isTrue();
    assertThat(gateway.seen).as("six chunks of geo and the one refused in part").hasSize(7);
    assertThat(keys).containsAll(keys());
    assertThat(gateway.records()).isEqualTo(total(rows));
    assertThat(total(second.before()) + second.postedRecords()).isEqualTo(total(rows));
    assertJournalHoldsTheLog(second);

    gateway.seen.clear();
    Summary third = new Emulator(resuming(settings()), db).run(progress -> {});
    assertThat(gateway.seen).isEmpty();
    assertThat(total(third.before())).isEqualTo(total(rows));
  }

  @Test
  void givesUpAGatewayThatIsAwayAndResumesWhenItIsBack() throws IOException {
    int port = gateway.port();
    gateway.close();

    Summary first = new Emulator(first(POSTS), db).run(progress -> {});

    assertThat(first.failed()).isEqualTo(db.counts());
    assertThat(first.postedRecords()).isZero();
    assertThat(first.problems()).singleElement().asString().contains("ConnectException");

    gateway = start(port);
    Summary second = new Emulator(resuming(first(POSTS)), db).run(progress -> {});
    assertThat(second.posted()).isEqualTo(db.counts());
    assertThat(gateway.records()).isEqualTo(second.postedRecords());
  }

  @Test
  void stopsSoonAndLosesNothing() throws IOException {
    AtomicInteger answers = new AtomicInteger();
    Emulator emulator = new Emulator(settings(), db);
    gateway.failAlways(topic -> answers.get() > 6 ? Fault.UNAVAILABLE : null);
    gateway.beforeAnswer(
        () -> {
          if (answers.incrementAndGet() == 7) {
            emulator.stop();
          }
        });

    Summary first = emulator.run(progress -> {});

    assertThat(first.stopped()).isTrue();
    assertThat(first.complete()).isFalse();
    assertThat(first.failedRecords()).as("neither posted nor given up").isZero();
    assertThat(first.postedRecords()).isBetween(1L, total(db.counts()) - 1);
    assertThat(first.unsent()).isPositive();
    assertThat(first.seconds()).isLessThan(10);

    gateway.failAlways(topic -> null);
    Summary second = new Emulator(resuming(settings()), db).run(progress -> {});
    assertThat(second.complete()).isTrue();
    assertThat(first.postedRecords() + second.postedRecords()).isEqualTo(total(db.counts()));
    assertThat(gateway.records()).isEqualTo(total(db.counts()));
    assertJournalHoldsTheLog(second);
  }

  @Test
  void anInterruptStopsToo() {
    gateway.failAlways(topic -> Fault.UNAVAILABLE);
    Thread runs = Thread.currentThread();
    AtomicBoolean interrupted = new AtomicBoolean();
    gateway.beforeAnswer(
        () -> {
          if (interrupted.compareAndSet(false, true)) {
            runs.interrupt();
          }
        });

    Summary summary = new Emulator(settings(), db).run(progress -> {});

    assertThat(Thread.interrupted()).isTrue();
    assertThat(summary.stopped()).isTrue();
    assertThat(summary.postedRecords() + summary.failedRecords()).isZero();
  }

  @Test
  void keepsTheRateWithOnePostARequest() {
    Settings slow =
        settings(OptionalLong.of(20), OptionalDouble.of(15), false, Duration.ofSeconds(5));

    Summary summary = new Emulator(slow, db).run(progress -> {});

    assertThat(summary.posts()).isEqualTo(20);
    assertThat(summary.seconds()).isBetween(19 / 15.0, 10.0);
    assertThat(gateway.seen).allMatch(seen -> parse(seen.body()).path("records").size() <= 2);
  }

  @Test
  void drawsRowsInTheOriginalsOrder() throws IOException {
    PostGenerator.fill(db, PostGenerator.POSTS, 5, true);
    Settings random =
        settings(OptionalLong.of(12), OptionalDouble.of(1_000), true, Duration.ofSeconds(5));

    Summary summary = new Emulator(random, db).run(progress -> {});

    assertThat(summary.posts()).isEqualTo(12);
    for (SourceTable table : SourceTable.values()) {
      List<Long> expected = new ArrayList<>();
      for (int row :
          List.of(7528, 2863, 5730, 8304, 8731, 1313, 4315, 10794, 5494, 5069, 2923, 3089)) {
        db.rowAt(table, row).ifPresent(r -> expected.add(Objects.requireNonNull(r.ind())));
      }
      assertThat(log(table).stream().map(record -> record.path("key").asLong()))
          .containsExactlyInAnyOrderElementsOf(expected);
    }
    assertJournalHoldsTheLog(summary);
  }

  @Test
  void refusesAJournalThatDoesNotFit() throws IOException {
    assertThatThrownBy(() -> new Emulator(resuming(settings()), db).run(progress -> {}))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("nothing to resume");

    new Emulator(first(5), db).run(progress -> {});
    assertThatThrownBy(() -> new Emulator(resuming(settings()), db).run(progress -> {}))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("it was started with id 0e03d1c30c91, 5 posts");

    Files.writeString(journal(), "not a line\n", StandardOpenOption.APPEND);
    assertThatThrownBy(() -> new Emulator(resuming(settings()), db).run(progress -> {}))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("is not as it was written");
  }

  /** Each record of the log has exactly one receipt in the run's journal, at its place. */
  private void assertJournalHoldsTheLog(Summary summary) throws IOException {
    Set<List<Object>> receipts = new HashSet<>();
    for (String line : Files.readAllLines(journal())) {
      JsonNode json = parse(line);
      if (json.has("run")) {
        assertThat(json.path("run").asText()).isEqualTo(summary.run());
      } else {
        json.path("receipts")
            .forEach(
                r ->
                    receipts.add(
                        Arrays.asList(
                            json.path("topic").asText(), r.get(0).asLong(), r.get(2).asLong())));
      }
    }
    Set<List<Object>> written = new HashSet<>();
    gateway.log.forEach(
        (topic, records) -> {
          for (int offset = 0; offset < records.size(); offset++) {
            written.add(
                Arrays.asList(topic, records.get(offset).path("key").asLong(), (long) offset));
          }
        });
    assertThat(receipts).isEqualTo(written);
  }

  private Path journal() {
    return dir.resolve("state").resolve("emulate.jsonl");
  }

  private Settings settings() {
    return settings(OptionalLong.empty(), OptionalDouble.empty(), false, Duration.ofSeconds(5));
  }

  private Settings first(long posts) {
    return settings(OptionalLong.of(posts), OptionalDouble.empty(), false, Duration.ofSeconds(1));
  }

  private Settings settings(
      OptionalLong posts, OptionalDouble rate, boolean random, Duration giveUpAfter) {
    return new Settings(
        Dialect.KAFKA_REST,
        gateway.url(),
        "0e03d1c30c91",
        posts,
        rate,
        8,
        random,
        journal(),
        false,
        giveUpAfter,
        null);
  }

  private static Settings resuming(Settings s) {
    return new Settings(
        s.dialect(),
        s.gateway(),
        s.id(),
        s.posts(),
        s.rate(),
        8,
        s.random(),
        s.journal(),
        true,
        s.giveUpAfter(),
        null);
  }

  private List<JsonNode> log(SourceTable table) {
    return gateway.log.getOrDefault("0e03d1c30c91." + table.suffix(), List.of());
  }

  private Set<String> keys() {
    return gateway.seen.stream().map(Seen::key).collect(Collectors.toSet());
  }

  private static long total(Map<SourceTable, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  private static long count(Map<SourceTable, Long> counts, SourceTable table) {
    return counts.getOrDefault(table, 0L);
  }

  private static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new IllegalStateException(json, e);
    }
  }

  private static FailingGateway start(int port) {
    try {
      return new FailingGateway(port);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
