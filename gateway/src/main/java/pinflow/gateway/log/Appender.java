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
    settings.put(ProducerConfig.LINGER_MS_CONFIG, Integer.getInteger("pinflow.linger", 2));
    settings.put(
        ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
        Integer.getInteger("pinflow.inflight", 1));
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, Integer.getInteger("pinflow.batch", 64 * 1024));
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
      String topic,
      List<LogRecord> records,
      @Nullable IdempotencyKey key,
      long timestamp) {
    for (int i = 0; i < records.size(); i++) {
      if (append.outcome(i) != null) {
        continue;
      }
      LogRecord record = records.get(i);
      var message =
          new ProducerRecord<>(topic, record.partition(), timestamp, record.key(), record.value());
      if (key != null) {
        key.write(message.headers(), i, records.size());
      }
      int index = i;
      try {
        producer.send(
            message, (metadata, failure) -> append.settle(index, outcome(metadata, failure)));
      } catch (KafkaException | IllegalStateException e) {
        append.settle(index, outcome(null, e));
      }
    }
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
