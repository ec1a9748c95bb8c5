package pinflow.sink;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTaskContext;
import org.jspecify.annotations.Nullable;

/**
 * Drives one task as Connect's WorkerSinkTask does: rewinds after open and before each poll, keeps
 * a batch that ended in RetriableException, commits what preCommit says. The log is given and never
 * changes.
 */
final class Worker implements SinkTaskContext {

  private final S3SinkTask task;
  private final Map<TopicPartition, NavigableMap<Long, SinkRecord>> log;
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private final Map<TopicPartition, Long> rewinds = new HashMap<>();
  private final Set<TopicPartition> paused = new HashSet<>();
  private List<SinkRecord> batch = List.of();
  private long timeout = -1;

  Worker(
      Map<String, String> properties,
      Clock clock,
      Map<TopicPartition, NavigableMap<Long, SinkRecord>> log) {
    this.log = log;
    task = new S3SinkTask(clock);
    task.initialize(this);
    task.start(properties);
  }

  /** Assigns partitions, committed at offset 0 as the worst that Connect may have kept. */
  Worker open(Collection<TopicPartition> partitions) {
    partitions.forEach(partition -> positions.put(partition, 0L));
    task.open(partitions);
    rewind();
    return this;
  }

  /**
   * One round: up to {@code most} records of each partition.
   *
   * @return whether there was anything to put, or the store did not take it
   */
  boolean poll(int most) {
    rewind();
    if (batch.isEmpty()) {
      batch = next(most);
    }
    boolean any = !batch.isEmpty();
    timeout = -1;
    try {
      task.put(batch);
      batch = List.of();
    } catch (RetriableException e) {
      return true;
    }
    return any;
  }

  void pollAll(int most) {
    while (poll(most)) {
      // until the log has no more
    }
  }

  Map<TopicPartition, OffsetAndMetadata> commit() {
    return task.preCommit(Map.of());
  }

  void close() {
    task.close(positions.keySet());
    task.stop();
  }

  /** When the task wants to be called again, ms; -1 if only for records. */
  long wakesIn() {
    return timeout;
  }

  Set<TopicPartition> paused() {
    return paused;
  }

  private List<SinkRecord> next(int most) {
    List<SinkRecord> records = new ArrayList<>();
    for (TopicPartition partition : positions.keySet()) {
      if (!paused.contains(partition)) {
        Objects.requireNonNull(log.get(partition))
            .tailMap(positions.get(partition))
            .values()
            .stream()
            .limit(most)
            .forEach(
                record -> {
                  records.add(record);
                  positions.put(partition, record.kafkaOffset() + 1);
                });
      }
    }
    return records;
  }

  private void rewind() {
    positions.putAll(rewinds);
    rewinds.clear();
  }

  @Override
  public Map<String, String> configs() {
    return Map.of();
  }

  @Override
  public void offset(Map<TopicPartition, Long> offsets) {
    rewinds.putAll(offsets);
  }

  @Override
  public void offset(TopicPartition partition, long offset) {
    rewinds.put(partition, offset);
  }

  @Override
  public void timeout(long ms) {
    timeout = ms;
  }

  @Override
  public Set<TopicPartition> assignment() {
    return positions.keySet();
  }

  @Override
  public void pause(TopicPartition... partitions) {
    paused.addAll(List.of(partitions));
  }

  @Override
  public void resume(TopicPartition... partitions) {
    paused.removeAll(List.of(partitions));
  }

  @Override
  public void requestCommit() {}

  @Override
  public @Nullable ErrantRecordReporter errantRecordReporter() {
    return null;
  }
}
