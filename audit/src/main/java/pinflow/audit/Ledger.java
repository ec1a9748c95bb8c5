package pinflow.audit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import pinflow.audit.Hops.Outcome;

/** Counts the events of topics at every hop, and says whether the counts add up. */
public final class Ledger implements AutoCloseable {
  private final Admin kafka;
  private final StoredObjects objects;
  private final LakeTables lake;

  /**
   * @param bootstrap the broker's address; the ledger closes its own clients only, not {@code
   *     objects}
   */
  public Ledger(String bootstrap, StoredObjects objects, LakeTables lake) {
    this.kafka =
        Admin.create(
            Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 15_000,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000));
    this.objects = objects;
    this.lake = lake;
  }

  /** The hops of each topic, by the topic's name. */
  public Map<String, Hops> count(Collection<String> topics) {
    Map<String, Long> log = logCounts(topics);
    Map<String, Map<Outcome, Long>> outcomes = outcomes(Set.copyOf(topics));
    Map<String, Hops> hops = new TreeMap<>();
    for (String topic : topics) {
      long stored = objects.ranges(topic).stream().mapToLong(StoredObjects.Range::records).sum();
      hops.put(
          topic,
          new Hops(log.getOrDefault(topic, 0L), stored, outcomes.getOrDefault(topic, Map.of())));
    }
    return hops;
  }

  /**
   * Rows in the lake's tables that the events' outcomes do not account for, a sentence each: a
   * table has one row per clean event, {@code quarantine} one per quarantined event.
   */
  public List<String> tableFaults() {
    Map<String, Map<Outcome, Long>> byTable = new HashMap<>();
    eventOutcomes("table", (table, outcome) -> tally(byTable, table, outcome));
    List<String> faults = new ArrayList<>();
    for (String table : List.of("pin", "geo", "user")) {
      expectRows(
          table, byTable.getOrDefault(table, Map.of()).getOrDefault(Outcome.CLEAN, 0L), faults);
    }
    long quarantined =
        byTable.values().stream().mapToLong(t -> t.getOrDefault(Outcome.QUARANTINED, 0L)).sum();
    expectRows("quarantine", quarantined, faults);
    return faults;
  }

  private void expectRows(String table, long expected, List<String> faults) {
    long[] rows = {0};
    lake.latest(table).ifPresent(t -> t.forEach(List.of("_offset"), row -> rows[0]++));
    if (rows[0] != expected) {
      faults.add(
          "table %s has %,d rows, the events account for %,d".formatted(table, rows[0], expected));
    }
  }

  /**
   * Whether the store holds every record that the log held when asked.
   *
   * @return how many records of the topics are not yet in an object
   */
  public long notYetStored(Collection<String> topics) {
    Map<TopicPartition, Long> ends = offsets(topics, OffsetSpec.latest());
    Map<TopicPartition, Long> begins = offsets(topics, OffsetSpec.earliest());
    Map<String, Map<Integer, Long>> stored = new HashMap<>();
    topics.forEach(topic -> stored.put(topic, objects.ends(topic)));
    long missing = 0;
    for (var end : ends.entrySet()) {
      TopicPartition partition = end.getKey();
      long begin = begins.getOrDefault(partition, 0L);
      long until =
          stored
              .getOrDefault(partition.topic(), Map.of())
              .getOrDefault(partition.partition(), begin);
      missing += Math.max(0, end.getValue() - Math.max(until, begin));
    }
    return missing;
  }

  private Map<String, Long> logCounts(Collection<String> topics) {
    Map<TopicPartition, Long> begins = offsets(topics, OffsetSpec.earliest());
    Map<String, Long> counts = new HashMap<>();
    offsets(topics, OffsetSpec.latest())
        .forEach(
            (partition, end) ->
                counts.merge(
                    partition.topic(), end - begins.getOrDefault(partition, 0L), Long::sum));
    return counts;
  }

  private Map<TopicPartition, Long> offsets(Collection<String> topics, OffsetSpec spec) {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    kafka
        .describeTopics(topics)
        .topicNameValues()
        .forEach(
            (topic, description) ->
                get(description)
                    .partitions()
                    .forEach(p -> asked.put(new TopicPartition(topic, p.partition()), spec)));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    get(kafka.listOffsets(asked).all())
        .forEach((partition, info) -> offsets.put(partition, info.offset()));
    return offsets;
  }

  private Map<String, Map<Outcome, Long>> outcomes(Set<String> topics) {
    Map<String, Map<Outcome, Long>> counts = new HashMap<>();
    eventOutcomes(
        "topic",
        (topic, outcome) -> {
          if (topics.contains(topic)) {
            tally(counts, topic, outcome);
          }
        });
    return counts;
  }

  private void eventOutcomes(String column, java.util.function.BiConsumer<String, Outcome> event) {
    lake.latest("events")
        .ifPresent(
            events ->
                events.forEach(
                    List.of(column, "outcome"),
                    row -> event.accept((String) row[0], Outcome.of((String) row[1]))));
  }

  private static void tally(Map<String, Map<Outcome, Long>> counts, String group, Outcome outcome) {
    counts.computeIfAbsent(group, g -> new EnumMap<>(Outcome.class)).merge(outcome, 1L, Long::sum);
  }

  private static <T> T get(org.apache.kafka.common.KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        throw new AuditException(
            "A topic is not there: "
                + e.getCause().getMessage()
                + " Check the id in pinflow.yaml; `pinflow up` makes its topics.",
            e);
      }
      throw new AuditException(
          "The log does not answer: "
              + e.getCause()
              + ". Is the broker running (`pinflow status`)?",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AuditException("Interrupted while asking the log.", e);
    }
  }

  @Override
  public void close() {
    kafka.close();
  }
}
