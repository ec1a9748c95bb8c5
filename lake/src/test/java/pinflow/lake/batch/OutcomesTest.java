package pinflow.lake.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static pinflow.lake.TestSpark.row;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.lake.TestSpark;
import pinflow.lake.rules.Cleaning;
import pinflow.lake.tables.LakeTables;

/** What becomes of an event does not depend on how the events are cut into batches. */
class OutcomesTest {
  private static final int PARTITIONS = 3;

  @TempDir Path folder;

  private long next;

  /** A lake that is given its events directly, without objects in a store. */
  private final class Lake {
    final LakeTables tables;
    private final long few;
    private long batch;

    /**
     * @param few events that a batch has at most to be carried out as a small one
     */
    Lake(String name, long few) {
      this.few = few;
      tables =
          new LakeTables(TestSpark.session(), folder.resolve(name).toUri().toString(), table -> {});
    }

    void take(List<Event> events) {
      Map<String, StoredObject> objects = new TreeMap<>();
      for (Event e : events) {
        objects.merge(
            e.topic() + e.partition(),
            new StoredObject(e.topic(), e.partition(), "", e.offset(), e.offset()),
            (o, n) ->
                new StoredObject(o.topic(), o.partition(), "", o.firstOffset(), n.lastOffset()));
      }
      Plan plan =
          new Plan.OfObjects(batch++, tables.version("events"), new ArrayList<>(objects.values()));
      new Batch(tables, plan, (step, seconds) -> {}, few)
          .run(
              TestSpark.session()
                  .createDataFrame(events.stream().map(Event::row).toList(), ObjectReader.SCHEMA),
              () -> true);
    }

    Map<String, List<List<@Nullable Object>>> contents() {
      Map<String, List<List<@Nullable Object>>> contents = new TreeMap<>();
      Cleaning.TABLES.forEach(table -> contents.put(table, TestSpark.rows(tables, table, "ind")));
      contents.put(
          "quarantine", TestSpark.rows(tables, "quarantine", "_topic", "_partition", "_offset"));
      contents.put("events", TestSpark.rows(tables, "events", "topic", "partition", "offset"));
      return contents;
    }
  }

  @Tag("slow")
  @Test
  void theCutIntoBatchesDoesNotMatter() {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    List<Event> events = events(random, 240);
    Lake once = new Lake("once", Long.MAX_VALUE);
    once.take(events);
    assertThat(outcomes(once)).isEqualTo(expectedOutcomes(events));
    assertThat(rows(once)).isEqualTo(expectedRows(events));

    for (long few : new long[] {Long.MAX_VALUE, 0}) {
      Lake cut = new Lake("cut-" + few, few);
      for (List<Event> part : cut(random, events, 2)) {
        cut.take(part);
      }
      assertThat(cut.contents()).isEqualTo(once.contents());
    }
  }

  /** The older content comes back: it is the newest state, and its first event stands for it. */
  @Test
  void whatComesBackWins() {
    List<Row> log =
        Stream.of("A", "B", "B", "A")
            .map(text -> new Event("id", "pin", 0, next++, 10, 1L, text).row())
            .toList();
    SparkSession spark = TestSpark.session();
    Dataset<Row> events = Cleaning.clean(spark.createDataFrame(log, ObjectReader.SCHEMA));
    Dataset<Row> old = spark.createDataFrame(List.of(), LakeTables.schema("events"));

    assertThat(
            TestSpark.values(
                Outcomes.of(events, old)
                    .orderBy("at.offset")
                    .select("at.offset", "outcome", "of.offset", "row", "first.offset")))
        .containsExactly(
            row(0L, "clean", null, true, 0L),
            row(1L, "superseded", 0L, false, 1L),
            row(2L, "duplicate", 1L, false, 1L),
            row(3L, "duplicate", 0L, false, 0L));
  }

  /**
   * Few posts and few contents, so that most meet, and some alone; times that repeat and go back.
   */
  private static List<Event> events(RandomGenerator random, int number) {
    Map<String, Long> next = new HashMap<>();
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      String table = Cleaning.TABLES.get(random.nextInt(3));
      int partition = random.nextInt(PARTITIONS);
      long offset = next.merge(table + partition, 1L, Long::sum) - 1;
      int kind = random.nextInt(10);
      Long ind = kind == 0 ? null : (Long) (kind == 1 ? 100L + i : random.nextLong(12));
      String text = List.of("A", "B", "C").get(random.nextInt(3));
      events.add(
          new Event(
              "id",
              table,
              partition,
              offset,
              1_700_000_000_000L + random.nextInt(40) + i / 2,
              ind,
              text));
    }
    return events;
  }

  /**
   * Each part holds, of each partition of each topic, the offsets after those of the part before.
   */
  private static List<List<Event>> cut(RandomGenerator random, List<Event> events, int parts) {
    List<List<Event>> cut = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      cut.add(new ArrayList<>());
    }
    events.stream()
        .collect(
            Collectors.groupingBy(
                e -> e.topic() + e.partition(), TreeMap::new, Collectors.toList()))
        .values()
        .forEach(
            log -> {
              int[] ends = random.ints(parts - 1, 0, log.size() + 1).sorted().toArray();
              for (int i = 0; i < log.size(); i++) {
                int part = 0;
                while (part < ends.length && ends[part] <= i) {
                  part++;
                }
                cut.get(part).add(log.get(i));
              }
            });
    cut.removeIf(List::isEmpty);
    return cut;
  }

  /** {@code table, partition, offset, outcome, of_partition, of_offset} by place. */
  private static List<List<@Nullable Object>> outcomes(Lake lake) {
    return TestSpark.values(
        lake.tables
            .read("events", lake.tables.version("events"))
            .orderBy("table", "partition", "offset")
            .select("table", "partition", "offset", "outcome", "of_partition", "of_offset"));
  }

  /**
   * The rule in plain words: equal content, the first stays and the others are duplicates of it;
   * different content, the later stays and the earlier is superseded.
   */
  private static List<List<@Nullable Object>> expectedOutcomes(List<Event> events) {
    return events.stream()
        .sorted(
            Comparator.comparing(Event::table)
                .thenComparing(Event::partition)
                .thenComparing(Event::offset))
        .map(
            event -> {
              if (event.ind() == null) {
                return outcome(event, "quarantined", null);
              }
              Event stands = stands(event, events);
              Event clean = clean(event, events);
              if (event != stands) {
                return outcome(event, "duplicate", stands);
              }
              return event == clean
                  ? outcome(event, "clean", null)
                  : outcome(event, "superseded", clean);
            })
        .toList();
  }

  private static List<@Nullable Object> outcome(Event event, String outcome, @Nullable Event of) {
    return row(
        event.table(),
        event.partition(),
        event.offset(),
        outcome,
        of == null ? null : of.partition(),
        of == null ? null : of.offset());
  }

  /** The first event of the same content. */
  private static Event stands(Event event, List<Event> events) {
    return events.stream()
        .filter(e -> samePost(e, event) && e.text().equals(event.text()))
        .min(Event.LOG)
        .orElseThrow();
  }

  /** The event that stands for the post's last content. */
  private static Event clean(Event event, List<Event> events) {
    return stands(
        events.stream().filter(e -> samePost(e, event)).max(Event.LOG).orElseThrow(), events);
  }

  private static boolean samePost(Event one, Event other) {
    return one.table().equals(other.table())
        && other.ind() != null
        && other.ind().equals(one.ind());
  }

  /** {@code ind, text, _partition, _offset, _timestamp} of each table's rows. */
  private static Map<String, List<List<@Nullable Object>>> rows(Lake lake) {
    Map<String, String> texts = Map.of("pin", "title", "geo", "country", "user", "user_name");
    Map<String, List<List<@Nullable Object>>> rows = new HashMap<>();
    texts.forEach(
        (table, text) ->
            rows.put(
                table,
                TestSpark.values(
                    lake.tables
                        .read(table, lake.tables.version(table))
                        .orderBy("ind")
                        .select("ind", text, "_partition", "_offset", "_timestamp"))));
    return rows;
  }

  private static Map<String, List<List<@Nullable Object>>> expectedRows(List<Event> events) {
    return events.stream()
        .filter(event -> event.ind() != null)
        .map(event -> clean(event, events))
        .distinct()
        .sorted(Comparator.comparing(event -> event.ind() == null ? -1 : event.ind()))
        .collect(
            Collectors.groupingBy(
                Event::table,
                Collectors.mapping(
                    e -> row(e.ind(), e.text(), e.partition(), e.offset(), e.time().toString()),
                    Collectors.toList())));
  }
}
