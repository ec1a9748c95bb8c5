package pinflow.sink;

import java.time.Clock;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTaskContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The partitions of a task and the memory that they share. */
final class Partitions implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Partitions.class);

  private final SinkConfig config;
  private final SinkTaskContext context;
  private final Clock clock;
  private final Bucket bucket;
  private final long retryMs;
  private final Map<TopicPartition, PartitionWriter> writers = new HashMap<>();

  /** Given to this task while the store did not answer; paused until it does. */
  private final Set<TopicPartition> waiting = new LinkedHashSet<>();

  Partitions(SinkConfig config, SinkTaskContext context, Clock clock) {
    this.config = config;
    this.context = context;
    this.clock = clock;
    this.bucket = Bucket.open(config);
    this.retryMs = config.getLong(SinkConfig.RETRY_BACKOFF);
  }

  /**
   * Takes partitions over and has the log read from where their objects end.
   *
   * <p>A store that does not answer does not fail the task here, as an exception in a rebalance
   * would: the partitions are paused and {@link #put} tries again.
   */
  void open(Collection<TopicPartition> partitions) {
    waiting.addAll(partitions);
    openWaiting();
    for (TopicPartition partition : waiting) {
      context.pause(partition);
    }
    wakeAgain();
  }

  /**
   * Takes records and writes what is due by count, bytes or time, also with no record at all.
   *
   * @throws RetriableException if the store does not answer: nothing is lost, what was taken is
   *     kept, and the same records may be put again
   */
  void put(Collection<SinkRecord> records) {
    try {
      openPaused();
      writeDue();
      for (SinkRecord record : records) {
        PartitionWriter writer = writer(record);
        writer.add(record);
        if (writer.due()) {
          writer.write();
        }
        writeLargest();
      }
      writeDue();
    } catch (RetriableException e) {
      context.timeout(retryMs);
      throw e;
    }
    wakeAgain();
  }

  /** Where each partition's objects end: exactly what is in the store. */
  Map<TopicPartition, OffsetAndMetadata> stored() {
    Map<TopicPartition, OffsetAndMetadata> stored = new HashMap<>();
    writers.forEach(
        (partition, writer) -> {
          if (writer.stored() > 0) {
            stored.put(partition, new OffsetAndMetadata(writer.stored()));
          }
        });
    return stored;
  }

  /**
   * Gives partitions back. What waits is dropped, not written: whoever takes them over reads it
   * from the log again, and a slow store cannot hold up a rebalance.
   */
  void giveBack(Collection<TopicPartition> partitions) {
    writers.keySet().removeAll(partitions);
    waiting.removeAll(partitions);
  }

  @Override
  public void close() {
    bucket.close();
  }

  private void openWaiting() {
    try {
      for (TopicPartition partition : Set.copyOf(waiting)) {
        PartitionWriter writer = PartitionWriter.open(partition, bucket, config, clock);
        context.offset(partition, writer.stored());
        writers.put(partition, writer);
        waiting.remove(partition);
        log.info("{}: going on at offset {}", partition, writer.stored());
      }
    } catch (RetriableException e) {
      log.warn("Waiting for the store, {} partitions paused: {}", waiting.size(), e.getMessage());
    }
  }

  private void openPaused() {
    if (!waiting.isEmpty()) {
      Set<TopicPartition> paused = Set.copyOf(waiting);
      openWaiting();
      paused.stream().filter(writers::containsKey).forEach(context::resume);
    }
  }

  private PartitionWriter writer(SinkRecord record) {
    TopicPartition partition =
        new TopicPartition(record.originalTopic(), record.originalKafkaPartition());
    PartitionWriter writer = writers.get(partition);
    if (writer == null) {
      throw new IllegalStateException("A record of " + partition + ", which is not open");
    }
    return writer;
  }

  private void writeDue() {
    for (PartitionWriter writer : writers.values()) {
      if (writer.due()) {
        writer.write();
      }
    }
    writeLargest();
  }

  private void writeLargest() {
    long limit = config.getLong(SinkConfig.FLUSH_BYTES);
    while (writers.values().stream().mapToLong(PartitionWriter::bytes).sum() >= limit) {
      writers.values().stream()
          .max(Comparator.comparingLong(PartitionWriter::bytes))
          .orElseThrow()
          .write();
    }
  }

  /** Connect calls put when records come or this time is over. */
  private void wakeAgain() {
    long now = clock.millis();
    long next = waiting.isEmpty() ? Long.MAX_VALUE : now + retryMs;
    for (PartitionWriter writer : writers.values()) {
      next = Math.min(next, writer.deadline());
    }
    if (next < Long.MAX_VALUE) {
      context.timeout(Math.max(1, next - now));
    }
  }
}
