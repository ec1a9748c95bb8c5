package pinflow.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** One event's way, hop by hop: what each holds of it. Reads only. */
public final class Trace implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
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
  private final Path journal;

  /** An event's identity. */
  public record Event(String topic, int partition, long offset) {
    @Override
    public String toString() {
      return topic + "/" + partition + "/" + offset;
    }
  }

  /**
   * What the hops hold of an event, in their order: {@code receipt}, {@code log}, {@code object},
   * {@code outcome}, {@code row}, {@code answers}; one that does not know it is left out.
   */
  public record Way(Event event, Map<String, Map<String, @Nullable Object>> hops) {}

  /**
   * @param bootstrap the broker's address
   * @param objects stays the caller's to close
   * @param journal the emulator's, whether it is there or not
   */
  public Trace(String bootstrap, StoredObjects objects, LakeTables lake, Path journal) {
    this.bootstrap = bootstrap;
    this.log = new LogOffsets(bootstrap);
    this.objects = objects;
    this.lake = lake;
    this.journal = journal;
  }

  /** The events of an {@code ind} that the lake knows, in the order of topic, partition, offset. */
  public List<Event> events(long ind) {
    List<Event> events = new ArrayList<>();
    lake.latest("events")
        .ifPresent(
            table ->
                table.forEach(
                    List.of("topic", "partition", "offset", "ind"),
                    row -> {
                      if (row[3] != null && EventLedger.number(row[3]) == ind) {
                        events.add(event(row[0], row[1], row[2]));
                      }
                    }));
    events.sort(
        Comparator.comparing(Event::topic)
            .thenComparing(Event::partition)
            .thenComparing(Event::offset));
    return events;
  }

  /**
   * The way of an event.
   *
   * @throws AuditException when a hop cannot be read, or the topic is not there
   */
  public Way of(Event event) {
    Map<String, Map<String, @Nullable Object>> hops = new LinkedHashMap<>();
    receipt(event).ifPresent(hop -> hops.put("receipt", hop));
    log(event).ifPresent(hop -> hops.put("log", hop));
    object(event).ifPresent(hop -> hops.put("object", hop));
    Map<String, @Nullable Object> outcome = outcome(event);
    if (!outcome.isEmpty()) {
      hops.put("outcome", outcome);
      row(event, outcome).ifPresent(hop -> hops.put("row", hop));
      answers(event).ifPresent(hop -> hops.put("answers", hop));
    }
    return new Way(event, hops);
  }

  private Optional<Map<String, @Nullable Object>> receipt(Event event) {
    if (!Files.exists(journal)) {
      return Optional.empty();
    }
    String run = "";
    try (BufferedReader lines = Files.newBufferedReader(journal)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode request = JSON.readTree(line);
        run = request.path("run").asText(run);
        if (request.path("topic").asText().equals(event.topic)) {
          for (JsonNode receipt : request.path("receipts")) {
            if (receipt.path(1).asInt(-1) == event.partition
                && receipt.path(2).asLong(-1) == event.offset) {
              Map<String, @Nullable Object> hop = new LinkedHashMap<>();
              hop.put("run", run);
              hop.put("key", request.path("key").asText());
              return Optional.of(hop);
            }
          }
        }
      }
      return Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty(); // a torn last line; `audit` says so of any other
    } catch (IOException e) {
      throw new AuditException("The journal %s cannot be read: %s.".formatted(journal, e), e);
    }
  }

  private Optional<Map<String, @Nullable Object>> log(Event event) {
    TopicPartition partition = new TopicPartition(event.topic, event.partition);
    LogOffsets.Range range = log.of(List.of(event.topic)).get(partition);
    if (range == null || event.offset < range.begin() || event.offset >= range.end()) {
      return Optional.empty();
    }
    try (LogReader reader = new LogReader(bootstrap, partition, event.offset, event.offset + 1)) {
      ConsumerRecord<byte[], byte[]> record = reader.next();
      if (record == null) {
        return Optional.empty();
      }
      Map<String, @Nullable Object> hop = new LinkedHashMap<>();
      hop.put("time", Instant.ofEpochMilli(record.timestamp()).toString());
      for (Header header : record.headers()) {
        hop.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
      }
      hop.put("value", record.value() == null ? null : text(record.value()));
      return Optional.of(hop);
    }
  }

  private Optional<Map<String, @Nullable Object>> object(Event event) {
    return objects
        .holding(event.topic, event.partition, event.offset)
        .map(
            object -> {
              Map<String, @Nullable Object> hop = new LinkedHashMap<>();
              hop.put("key", object.key());
              hop.put("first_offset", object.first());
              hop.put("last_offset", object.last());
              return hop;
            });
  }

  private Map<String, @Nullable Object> outcome(Event event) {
    Map<String, @Nullable Object> hop = new LinkedHashMap<>();
    lake.latest("events")
        .ifPresent(
            table ->
                table.forEach(
                    OUTCOME,
                    row -> {
                      if (event.equals(event(row[0], row[1], row[2]))) {
                        hop.put("outcome", row[5]);
                        hop.put(
                            "of", row[8] == null ? null : event(row[6], row[7], row[8]).toString());
                        hop.put("table", row[3]);
                        hop.put("ind", row[4]);
                      }
                    }));
    return hop;
  }

  /** The row that comes from the event; a duplicate or superseded one has none. */
  private Optional<Map<String, @Nullable Object>> row(
      Event event, Map<String, @Nullable Object> outcome) {
    String name =
        "quarantined".equals(outcome.get("outcome"))
            ? "quarantine"
            : String.valueOf(outcome.get("table"));
    Map<String, @Nullable Object> hop = new LinkedHashMap<>();
    LakeTable table = lake.latest(name).orElse(null);
    if (table != null) {
      List<String> columns = new ArrayList<>(List.of("_topic", "_partition", "_offset"));
      table.columns().stream().filter(c -> !columns.contains(c)).forEach(columns::add);
      table.forEach(
          columns,
          row -> {
            if (event.equals(event(row[0], row[1], row[2]))) {
              hop.put("in", name);
              List<@Nullable Object> values = Arrays.asList(row);
              for (int i = 3; i < columns.size(); i++) {
                Object value = values.get(i);
                hop.put(columns.get(i), value instanceof Instant time ? time.toString() : value);
              }
            }
          });
    }
    return hop.isEmpty() ? Optional.empty() : Optional.of(hop);
  }

  private Optional<Map<String, @Nullable Object>> answers(Event event) {
    long[] batch = {-1};
    lake.latest("batches")
        .ifPresent(
            batches ->
                batches.forEach(
                    List.of("batch", "topic", "partition", "first_offset", "last_offset"),
                    row -> {
                      if (event.topic.equals(row[1])
                          && event.partition == EventLedger.number(row[2])
                          && event.offset >= EventLedger.number(row[3])
                          && event.offset <= EventLedger.number(row[4])) {
                        batch[0] = EventLedger.number(row[0]);
                      }
                    }));
    long[] answered = {-1};
    lake.latest("answers/sources")
        .ifPresent(
            sources ->
                sources.forEach(List.of("batch"), row -> answered[0] = EventLedger.number(row[0])));
    if (batch[0] < 0) {
      return Optional.empty();
    }
    Map<String, @Nullable Object> hop = new LinkedHashMap<>();
    hop.put("batch", batch[0]);
    hop.put("answers_of_batch", answered[0] < 0 ? null : answered[0]);
    return Optional.of(hop);
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
