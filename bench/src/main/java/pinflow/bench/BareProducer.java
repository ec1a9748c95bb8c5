package pinflow.bench;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka producer with the gateway's settings and nothing before it: one thread that keeps so many
 * records on their way.
 */
final class BareProducer implements AutoCloseable {
  private final KafkaProducer<byte[], byte[]> producer;
  private final ProducerRecord<byte[], byte[]> record;
  private final int onTheirWay;

  BareProducer(String bootstrap, String topic, byte[] value, int onTheirWay) {
    this.producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrap,
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.LINGER_MS_CONFIG,
                2,
                ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
                1,
                ProducerConfig.BATCH_SIZE_CONFIG,
                64 * 1024),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    this.record = new ProducerRecord<>(topic, value);
    this.onTheirWay = onTheirWay;
  }

  /**
   * Sends for so long; acknowledged records per second.
   *
   * @throws IllegalStateException when a record was not acknowledged
   */
  double once(Duration time) {
    Semaphore room = new Semaphore(onTheirWay);
    LongAdder acknowledged = new LongAdder();
    AtomicReference<@Nullable Exception> failed = new AtomicReference<>();
    long start = System.nanoTime();
    while (System.nanoTime() - start < time.toNanos()) {
      room.acquireUninterruptibly();
      producer.send(
          record,
          (metadata, failure) -> {
            if (failure == null) {
              acknowledged.increment();
            } else {
              failed.set(failure);
            }
            room.release();
          });
    }
    room.acquireUninterruptibly(onTheirWay);
    if (failed.get() != null) {
      throw new IllegalStateException(failed.get());
    }
    return acknowledged.sum() / ((System.nanoTime() - start) / 1e9);
  }

  @Override
  public void close() {
    producer.close();
  }
}
