package pinflow.audit;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** One event's way, hop by hop: what each holds of it. Reads only. */
public final class Trace implements AutoCloseable {
  private static final List<String> OUTCOME =
      List.of(
          "topic",
          "partition",
          "offset",
          "table",
          "ind",
          "outcome",
          "of_topic",
          "of_partition",
          "of_offset");

  private final String bootstrap;
  private final LogOffsets log;
  private final StoredObjects objects;
  private final LakeTables lake;
  private final List<Path> journals;
  private final List<Tables> tables;

  /**
   * Where events have their outcomes, and their rows.
   *
   * @param stream by which they come; null for topics
   */
  private record Tables(@Nullable String stream, String events, List<String> rows) {
    static List<Tables> all(String id) {
      List<Tables> all = new ArrayList<>();
      List<String> rows = new ArrayList<>(EventLedger.TABLES);
      rows.add("quarantine");
      all.add(new Tables(null, "events", rows));
      for (String table : EventLedger.TABLES) {
        String prefix = id + "_" + table;
        all.add(
            new Tables(
                LiveAudit.stream(id, table),
                prefix + "_events",
                List.of(prefix + "_table", prefix + "_quarantine")));
      }
      return all;
    }
  }

  /** An event's identity: of a stream its name, the shard's number, the record's in it. */
  public record Event(String topic, int partition, long offset) {
    @Override
    public String toString() {
      return topic + "/" + partition + "/" + offset;
    }
  }

  /**
   * What the hops hold of an event.
   *
   * @param hops in their order: {@code receipt}, {@code log}, {@code object}, {@code replay} (the
   *     last one, if there was one), {@code outcome}, {@code row}, {@code answers}
   * @param missing why a hop is not among them, in words
   */
  public record Way(
      Event event, Map<String, Map<String, @Nullable Object>> hops, Map<String, String> missing) {}

  /**
   * @param bootstrap the broker's address
   * @param objects stays the caller's to close
   * @param journals the emulators', whether they are there or not
   * @param id of the pipeline, which streams and their tables are named by
   */
  public Trace(
      String bootstrap, StoredObjects objects, LakeTables lake, List<Path> journals, String id) {
    this.bootstrap = bootstrap;
    this.log = new LogOffsets(bootstrap);
    this.objects = objects;
    this.lake = lake;
    this.journals = List.copyOf(journals);
    this.tables = Tables.all(id);
  }

  /** The events of an {@code ind} that the lake knows, in the order of topic, partition, offset. */
  public List<Event> events(long ind) {
    List<Event> events = new ArrayList<>();
    for (Tables of : tables) {
      lake.latest(of.events)
          .ifPresent(
              table ->
                  table.forEach(
                      List.of("topic", "partition", "offset", "ind"),
                      row -> {
                        if (row[3] != null && EventLedger.number(row[3]) == ind) {
                          events.add(event(row[0], row[1], row[2]));
                        }
                      }));
    }
    events.sort(
        Comparator.comparing(Event::topic)
            .thenComparing(Event::partition)
            .thenComparing(Event::offset));
    return events;
  }

  /**
   * The ways of events, in their order. Reads each table once.
   *
   * @throws AuditException when a hop cannot be read
   */
  public List<Way> of(List<Event> events) {
    Map<Event, Way> ways = new LinkedHashMap<>();
    events.forEach(
        event -> ways.put(event, new Way(event, new LinkedHashMap<>(), new LinkedHashMap<>())));
    journals.forEach(journal -> receipts(journal, ways));
    ways.values().forEach(this::log);
    ways.values().forEach(this::object);
    Map<Event, Long> batches = batches(ways);
    for (Tables of : tables) {
      outcomes(of.events, ways);
      of.rows.forEach(table -> rows(table, ways));
    }
    answers(ways, batches);
    ways.values().forEach(this::missing);
    return List.copyOf(ways.values());
  }

  /** The hops of which the event's absence does not tell itself why. */
  private void missing(Way way) {
    boolean live = isOfStream(way.event);
    if (!way.hops.containsKey("receipt")) {
      way.missing.put(
          "receipt", "not in the emulator's journal: something else sent it, or nothing");
    }
    Map<String, @Nullable Object> outcome = way.hops.get("outcome");
    if (outcome == null) {
      way.missing.put(
          "outcome", live ? "the live way has not taken it in" : "no daily run has taken it in");
    } else if (!way.hops.containsKey("row")) {
      boolean none = List.of("duplicate", "superseded").contains(outcome.get("outcome"));
      way.missing.put(
          "row",
          none
              ? "a %s event has none".formatted(outcome.get("outcome"))
              : "none comes from it; `pinflow audit` tells more");
    }
    if (outcome != null && !way.hops.containsKey("answers")) {
      way.missing.put(
          "answers",
          live
              ? "they are of the daily job's tables"
              : "no batch that is done has it; `pinflow audit` tells more");
    }
  }

  private boolean isOfStream(Event event) {
    return tables.stream().anyMatch(of -> event.topic.equals(of.stream));
  }

  private static void receipts(Path journal, Map<Event, Way> ways) {
    Receipts.forEach(
        journal,
        receipt -> {
          Way way =
              ways.get(
                  new Event(
                      receipt.partition().topic(),
                      receipt.partition().partition(),
                      receipt.offset()));
          if (way != null) {
            Map<String, @Nullable Object> hop = new LinkedHashMap<>();
            hop.put("run", receipt.run());
            hop.put("key", receipt.key());
            way.hops.put("receipt", hop);
          }
        });
  }

  private void log(Way way) {
    Event event = way.event;
    String topic = isOfStream(event) ? LiveAudit.TOPIC + event.topic : event.topic;
    TopicPartition partition = new TopicPartition(topic, event.partition);
    LogOffsets.Range range = log.find(partition).orElse(null);
    if (range == null) {
      way.missing.put("log", "it has no partition " + EventLedger.place(partition));
      return;
    }
    try (LogReader reader = new LogReader(bootstrap, partition, event.offset, event.offset + 1)) {
      boolean isThere = event.offset >= range.begin() && event.offset < range.end();
      ConsumerRecord<byte[], byte[]> record = isThere ? reader.next() : null;
      if (record == null) {
        way.missing.put(
            "log",
            "it holds offsets %d to %d there, and no record at this one"
                .formatted(range.begin(), range.end() - 1));
        return;
      }
      Map<String, @Nullable Object> hop = new LinkedHashMap<>();
      hop.put("time", Instant.ofEpochMilli(record.timestamp()).toString());
      for (Header header : record.headers()) {
        hop.put(header.key(), text(header.value()));
      }
      hop.put("value", record.value() == null ? null : text(record.value()));
      way.hops.put("log", hop);
    }
  }

  private void object(Way way) {
    if (isOfStream(way.event)) {
      way.missing.put("object", "what comes by a stream goes straight to the tables");
      return;
    }
    StoredObjects.Range object =
        objects.holding(way.event.topic, way.event.partition, way.event.offset).orElse(null);
    if (object == null) {
      way.missing.put("object", "none holds its offset; the sink writes what is new in the log");
      return;
    }
    Map<String, @Nullable Object> hop = new LinkedHashMap<>();
    hop.put("key", object.key());
    hop.put("first_offset", object.first());
    hop.put("last_offset", object.last());
    way.hops.put("object", hop);
  }

  /** The last batches that took the events in; notes replays. */
  private Map<Event, Long> batches(Map<Event, Way> ways) {
    Map<Event, Long> last = new HashMap<>();
    long done = EventLedger.done(lake);
    LakeTable batches = lake.latest("batches").orElse(null);
    if (batches == null) {
      return last;
    }
    List<String> columns =
        new ArrayList<>(List.of("batch", "topic", "partition", "first_offset", "last_offset"));
    boolean hasReplays = batches.columns().contains("mended");
    if (hasReplays) {
      columns.addAll(List.of("quarantine_version", "planned", "mended"));
    }
    batches.forEach(
        columns,
        row ->
            ways.forEach(
                (event, way) -> {
                  long batch = EventLedger.number(row[0]);
                  if (batch <= done
                      && isIn(event, row)
                      && last.merge(event, batch, Math::max) == batch
                      && hasReplays
                      && row[5] != null) {
                    Map<String, @Nullable Object> hop = new LinkedHashMap<>();
                    hop.put("batch", batch);
                    hop.put("time", String.valueOf(row[6]));
                    hop.put("mended", row[7]);
                    way.hops.put("replay", hop);
                  }
                }));
    return last;
  }

  private void outcomes(String events, Map<Event, Way> ways) {
    lake.latest(events)
        .ifPresent(
            table ->
                table.forEach(
                    OUTCOME,
                    row -> {
                      Way way = ways.get(event(row[0], row[1], row[2]));
                      if (way != null) {
                        Map<String, @Nullable Object> hop = new LinkedHashMap<>();
                        hop.put("outcome", row[5]);
                        hop.put(
                            "of", row[8] == null ? null : event(row[6], row[7], row[8]).toString());
                        hop.put("table", row[3]);
                        hop.put("ind", row[4]);
                        way.hops.put("outcome", hop);
                      }
                    }));
  }

  /** The rows that come from the events; a duplicate or superseded one has none. */
  private void rows(String name, Map<Event, Way> ways) {
    LakeTable table = lake.latest(name).orElse(null);
    if (table == null) {
      return;
    }
    List<String> columns = new ArrayList<>(List.of("_topic", "_partition", "_offset"));
    table.columns().stream().filter(c -> !columns.contains(c)).forEach(columns::add);
    table.forEach(
        columns,
        row -> {
          Way way = ways.get(event(row[0], row[1], row[2]));
          if (way != null && way.hops.containsKey("outcome")) {
            Map<String, @Nullable Object> hop = new LinkedHashMap<>();
            hop.put("in", name);
            List<@Nullable Object> values = Arrays.asList(row);
            for (int i = 3; i < columns.size(); i++) {
              Object value = values.get(i);
              hop.put(columns.get(i), value instanceof Instant time ? time.toString() : value);
            }
            way.hops.put("row", hop);
          }
        });
  }

  private void answers(Map<Event, Way> ways, Map<Event, Long> batches) {
    long[] answered = {-1};
    lake.latest("answers/sources")
        .ifPresent(
            sources ->
                sources.forEach(List.of("batch"), row -> answered[0] = EventLedger.number(row[0])));
    ways.forEach(
        (event, way) -> {
          Long batch = batches.get(event);
          if (batch != null && way.hops.containsKey("outcome")) {
            Map<String, @Nullable Object> hop = new LinkedHashMap<>();
            hop.put("batch", batch);
            hop.put("answers_of_batch", answered[0] < 0 ? null : answered[0]);
            way.hops.put("answers", hop);
          }
        });
  }

  /** Whether a row of a plan speaks of an event. */
  private static boolean isIn(Event event, @Nullable Object[] row) {
    return event.topic.equals(row[1])
        && event.partition == EventLedger.number(row[2])
        && event.offset >= EventLedger.number(row[3])
        && event.offset <= EventLedger.number(row[4]);
  }

  private static Event event(
      @Nullable Object topic, @Nullable Object partition, @Nullable Object offset) {
    return new Event(
        String.valueOf(topic),
        Math.toIntExact(EventLedger.number(partition)),
        EventLedger.number(offset));
  }

  private static String text(byte[] value) {
    return new String(value, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    log.close();
  }
}
