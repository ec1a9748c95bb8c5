package pinflow.audit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import pinflow.audit.Fault.Kind;

/**
 * Accounts for every event of topics, from the HTTP receipt to the answer. Reads only, and may be
 * asked while everything runs: the hops are read from the last to the first, so each holds at least
 * what the one after it was seen to hold.
 */
public final class Audit implements AutoCloseable {
  private static final int AT_ONCE = 2;

  private final String bootstrap;
  private final LogOffsets log;
  private final StoredObjects objects;
  private final LakeTables lake;
  private final @Nullable Path journal;
  private final ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);

  /**
   * @param bootstrap the broker's address
   * @param objects stays the caller's to close
   * @param journal the emulator's; null for none
   */
  public Audit(String bootstrap, StoredObjects objects, LakeTables lake, @Nullable Path journal) {
    this.bootstrap = bootstrap;
    this.log = new LogOffsets(bootstrap);
    this.objects = objects;
    this.lake = lake;
    this.journal = journal;
  }

  /**
   * Audits topics by their numbers: offsets, and the tables' metadata and keys.
   *
   * @throws AuditException when a hop cannot be read
   */
  public AuditReport run(Collection<String> topics) {
    return run(topics, false, (step, seconds) -> {});
  }

  /**
   * Audits topics by their numbers and compares every content: each record of the log with its line
   * in an object, each object with its hash, each row with its event, each text in quarantine with
   * what was sent.
   *
   * @param told the name of each part that was compared, and the seconds that it took
   * @throws AuditException when a hop cannot be read
   */
  public AuditReport runDeep(Collection<String> topics, BiConsumer<String, Double> told) {
    return run(topics, true, told);
  }

  private AuditReport run(
      Collection<String> topics, boolean deep, BiConsumer<String, Double> told) {
    List<Fault> faults = Collections.synchronizedList(new ArrayList<>());
    Future<Receipts> journalled = threads.submit(() -> Receipts.read(journal));
    AuditedTables tables = AuditedTables.open(lake);
    // As they were when they were opened, while the hops before them are looked at.
    Future<EventLedger> accounted = threads.submit(() -> EventLedger.read(tables, faults::add));
    Map<TopicPartition, List<StoredObjects.Range>> stored = stored(topics);
    Receipts receipts = get(journalled);
    Map<TopicPartition, LogOffsets.Range> ranges = log.of(topics);
    EventLedger events = get(accounted);
    AnswersCheck answers = AnswersCheck.of(lake, events, faults::add);
    Map<String, AuditReport.Partition> partitions = new TreeMap<>();
    Map<TopicPartition, ObjectChain> chains = new HashMap<>();
    ranges.forEach(
        (partition, range) -> {
          String place = EventLedger.place(partition);
          ObjectChain chain = new ObjectChain(place, stored.getOrDefault(partition, List.of()));
          chains.put(partition, chain);
          chain.check(faults::add);
          events.checkAgainst(partition, chain);
          events.checkReceipts(partition, receipts.of(partition));
          checkLog(place, range, chain, receipts.of(partition), faults::add);
          partitions.put(
              place,
              new AuditReport.Partition(
                  partition.topic(),
                  partition.partition(),
                  range.begin(),
                  range.end(),
                  receipts.of(partition).size(),
                  chain.end(),
                  chain.records(),
                  events.end(partition),
                  events.counts(partition)));
        });
    events.checkRows();
    AuditReport.Deep compared =
        !deep
            ? null
            : events.underWay()
                ? new AuditReport.Deep.Skipped(
                    "a daily run is in the middle of its commits, or was killed there")
                : compare(tables, ranges, chains, faults, told);
    return new AuditReport(
        List.copyOf(partitions.values()),
        events.done(),
        events.underWay(),
        answers.batch(),
        compared,
        faults);
  }

  private Map<TopicPartition, List<StoredObjects.Range>> stored(Collection<String> topics) {
    Map<TopicPartition, List<StoredObjects.Range>> stored = new HashMap<>();
    for (String topic : topics) {
      for (StoredObjects.Range range : objects.ranges(topic)) {
        stored
            .computeIfAbsent(new TopicPartition(topic, range.partition()), p -> new ArrayList<>())
            .add(range);
      }
    }
    return stored;
  }

  private AuditReport.Deep compare(
      AuditedTables tables,
      Map<TopicPartition, LogOffsets.Range> ranges,
      Map<TopicPartition, ObjectChain> chains,
      List<Fault> faults,
      BiConsumer<String, Double> told) {
    long began = System.nanoTime();
    RowsOfEvents rows = RowsOfEvents.read(tables, faults::add);
    told.accept("rows", (System.nanoTime() - began) / 1e9);
    Map<TopicPartition, Future<ContentCheck.Found>> checks = new LinkedHashMap<>();
    ranges.keySet().stream()
        .sorted(Comparator.comparing(EventLedger::place))
        .forEach(
            partition ->
                checks.put(
                    partition,
                    threads.submit(
                        () ->
                            ContentCheck.of(
                                bootstrap,
                                partition,
                                Objects.requireNonNull(chains.get(partition)),
                                Objects.requireNonNull(ranges.get(partition)),
                                objects,
                                rows))));
    long lines = 0;
    long compared = 0;
    for (var check : checks.entrySet()) {
      ContentCheck.Found found = get(check.getValue());
      lines += found.lines();
      compared += found.compared();
      faults.addAll(found.faults());
      told.accept(EventLedger.place(check.getKey()), (System.nanoTime() - began) / 1e9);
    }
    return new AuditReport.Deep.Compared(lines, compared, rows.rows());
  }

  private static <T> T get(Future<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AuditException known) {
        throw known;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AuditException("Interrupted while auditing.", e);
    }
  }

  /**
   * How many of the records that the log holds now are not in the store yet.
   *
   * @return the number at each time of asking
   */
  public LongSupplier notYetStored(Collection<String> topics) {
    Map<TopicPartition, LogOffsets.Range> ranges = log.of(topics);
    return () -> notYetStored(topics, ranges);
  }

  private long notYetStored(
      Collection<String> topics, Map<TopicPartition, LogOffsets.Range> ranges) {
    Map<String, Map<Integer, Long>> ends = new HashMap<>();
    topics.forEach(topic -> ends.put(topic, objects.ends(topic)));
    long missing = 0;
    for (var entry : ranges.entrySet()) {
      TopicPartition partition = entry.getKey();
      LogOffsets.Range range = entry.getValue();
      long stored =
          ends.getOrDefault(partition.topic(), Map.of())
              .getOrDefault(partition.partition(), range.begin());
      missing += Math.max(0, range.end() - Math.max(stored, range.begin()));
    }
    return missing;
  }

  /** How many records the lake has not taken in, also of those that the log has lost since. */
  public long notYetTaken(Collection<String> topics) {
    long done = EventLedger.done(lake);
    Map<TopicPartition, Long> taken = new HashMap<>();
    lake.latest("batches")
        .ifPresent(
            batches ->
                batches.forEach(
                    List.of("batch", "topic", "partition", "last_offset"),
                    row -> {
                      if (EventLedger.number(row[0]) <= done) {
                        taken.merge(
                            EventLedger.partition(row[1], row[2]),
                            EventLedger.number(row[3]) + 1,
                            Math::max);
                      }
                    }));
    long missing = 0;
    for (var entry : log.of(topics).entrySet()) {
      LogOffsets.Range range = entry.getValue();
      long from = taken.getOrDefault(entry.getKey(), range.begin());
      missing += Math.max(0, range.end() - from);
    }
    return missing;
  }

  private static void checkLog(
      String place,
      LogOffsets.Range log,
      ObjectChain chain,
      Offsets receipts,
      Consumer<Fault> faults) {
    if (log.end() < chain.end()) {
      faults.accept(
          new Fault(
              Kind.LOG_CUT,
              place,
              "the log ends before offset %d, the objects before %d"
                  .formatted(log.end(), chain.end())));
    }
    if (log.begin() > chain.end()) {
      faults.accept(
          new Fault(
              Kind.LOG_CUT,
              place,
              "the log begins at offset %d, the objects end before %d: what lay between is gone"
                  .formatted(log.begin(), chain.end())));
    }
    long missing = receipts.size() - receipts.below(log.end());
    if (missing > 0) {
      faults.accept(
          new Fault(
              Kind.RECEIPT_NOT_IN_LOG,
              place,
              "%,d acknowledged records are behind the log's end, offset %d"
                  .formatted(missing, log.end())));
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    log.close();
  }
}
