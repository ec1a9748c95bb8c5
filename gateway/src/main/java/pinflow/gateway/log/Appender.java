package pinflow.gateway.log;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import pinflow.gateway.log.Outcome.Failed;
import pinflow.gateway.log.Outcome.Reason;
import pinflow.gateway.log.Outcome.Written;

/**
 * A Kafka producer whose settings serve many small requests that each wait for the disk: while one
 * batch is being made durable, the next one gathers, so that one fsync serves many requests.
 */
final class Appender {
  private static final long MIB = 1024 * 1024;

  /**
   * Kafka's record format v2: 61 bytes of a batch, and up to 21 of a record's lengths and deltas.
   */
  private static final long BATCH_OVERHEAD = 61 + 21;

  private static final long HEADER_OVERHEAD = 10;

  private static final int LINGER_MS = 2;
  private static final int BATCH_BYTES = 64 * 1024;

  private final Producer<byte[], byte[]> producer;

  /**
   * @param giveUp how long a record is tried
   */
  Appender(LogConfig config, String name, Duration giveUp) {
    int requestTimeoutMs = Math.toIntExact(Math.min(10_000, config.deadline().toMillis() / 2));
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, config.bootstrap());
    settings.put(ProducerConfig.CLIENT_ID_CONFIG, "pinflow-gateway-" + name);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MS);
    settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");
    settings.put(
        ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Math.toIntExact(config.maxRecordBytes() + MIB));
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2 * config.maxHeldBytes() + 32 * MIB);
    // Topics are looked up before, so that only a producer's first record of a topic waits here.
    settings.put(
        ProducerConfig.MAX_BLOCK_MS_CONFIG, Math.min(2_000, config.deadline().toMillis() / 2));
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, requestTimeoutMs);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Math.toIntExact(giveUp.toMillis()));
    settings.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 500);
    settings.put(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 500);
    this.producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Sends the append's open records; each of them is settled in time, whatever happens. */
  void send(
      Append append,
      Topic topic,
      List<LogRecord> records,
      @Nullable IdempotencyKey key,
      long timestamp) {
    for (int i = 0; i < records.size(); i++) {
      if (append.outcome(i) != null) {
        continue;
      }
      LogRecord record = records.get(i);
      var message =
          new ProducerRecord<>(
              topic.name(), record.partition(), timestamp, record.key(), record.value());
      if (key != null) {
        key.write(message.headers(), i, records.size());
      }
      long size = upperBound(message);
      if (size > topic.maxMessageBytes()) {
        // Kafka would find out in time, but then a batch of many requests would have to be taken
        // apart, which the client may try for ever.
        append.settle(
            i,
            new Failed(
                Reason.TOO_LARGE,
                "the record takes "
                    + size
                    + " bytes, and the topic no more than "
                    + topic.maxMessageBytes()
                    + " (max.message.bytes)"));
        continue;
      }
      int index = i;
      try {
        producer.send(
            message, (metadata, failure) -> append.settle(index, outcome(metadata, failure)));
      } catch (KafkaException | IllegalStateException e) {
        append.settle(index, outcome(null, e));
      }
      if (append.outcome(i) instanceof Failed failed && failed.reason() != Reason.TOO_LARGE) {
        // Failed before it was sent: the producer has waited for the broker, or is closed, and
        // would wait as long for each of the others.
        for (int next = i + 1; next < records.size(); next++) {
          append.settle(next, failed);
        }
        return;
      }
    }
  }

  /** The bytes of a batch of this record, a few too many at most. */
  private static long upperBound(ProducerRecord<byte[], byte[]> record) {
    long size = BATCH_OVERHEAD + length(record.key()) + length(record.value());
    for (Header header : record.headers()) {
      size += HEADER_OVERHEAD + header.key().length() + length(header.value());
    }
    return size;
  }

  private static int length(byte @Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  private static Outcome outcome(@Nullable RecordMetadata metadata, @Nullable Exception failure) {
    if (failure instanceof RecordTooLargeException) {
      return new Failed(Reason.TOO_LARGE, String.valueOf(failure.getMessage()));
    }
    if (failure != null) {
      Reason reason = failure instanceof RetriableException ? Reason.RETRIABLE : Reason.FATAL;
      return new Failed(reason, String.valueOf(failure.getMessage()));
    }
    if (metadata == null || !metadata.hasOffset()) {
      // The broker knows the record from an earlier try, but not any more where it put it.
      return new Failed(Reason.RETRIABLE, "written, but the broker did not say where");
    }
    return new Written(metadata.partition(), metadata.offset());
  }

  /** Waits for what is on its way; what is not acknowledged by then is settled as failed. */
  void close(Duration atMost) {
    producer.close(atMost);
  }
}
