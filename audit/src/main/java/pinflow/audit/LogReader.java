package pinflow.audit;

import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * The records of one partition, in their order, up to an offset. What the log's retention deletes
 * meanwhile is passed over.
 */
final class LogReader implements AutoCloseable {
  private static final Duration NO_PROGRESS = Duration.ofSeconds(15);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final TopicPartition partition;
  private final long end;
  private long begin;
  private Iterator<ConsumerRecord<byte[], byte[]>> fetched = Collections.emptyIterator();

  /**
   * @param from the first offset
   * @param end the offset after the last
   */
  LogReader(String bootstrap, TopicPartition partition, long from, long end) {
    this.consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrap,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "none",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false,
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                5_000,
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                8 << 20),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    this.partition = partition;
    this.begin = from;
    this.end = end;
    consumer.assign(List.of(partition));
    consumer.seek(partition, from);
  }

  /** The first offset that the log still held when it was last asked. */
  long begin() {
    return begin;
  }

  /**
   * The next record; null after the last one.
   *
   * @throws AuditException when the log does not answer
   */
  @Nullable ConsumerRecord<byte[], byte[]> next() {
    long progress = System.nanoTime();
    try {
      while (!fetched.hasNext()) {
        // By position: the last offsets may be no records (transactions, compaction).
        if (consumer.position(partition) >= end) {
          return null;
        }
        fetched = poll();
        if (System.nanoTime() - progress > NO_PROGRESS.toNanos()) {
          throw new AuditException(
              "The log gives no records of %s within %d s. Is the broker running (`pinflow status`)?"
                  .formatted(partition, NO_PROGRESS.toSeconds()));
        }
      }
    } catch (KafkaException e) {
      throw new AuditException(
          "The log cannot be read at %s: %s. Is the broker running (`pinflow status`)?"
              .formatted(partition, e.getMessage()),
          e);
    }
    ConsumerRecord<byte[], byte[]> next = fetched.next();
    return next.offset() < end ? next : null;
  }

  private Iterator<ConsumerRecord<byte[], byte[]>> poll() {
    try {
      return consumer.poll(Duration.ofMillis(500)).iterator();
    } catch (OffsetOutOfRangeException e) {
      long first = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, begin);
      if (first <= consumer.position(partition)) {
        throw e;
      }
      begin = first;
      consumer.seek(partition, first);
      return Collections.emptyIterator();
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
