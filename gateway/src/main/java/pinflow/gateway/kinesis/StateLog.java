package pinflow.gateway.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * The streams' states in a compacted topic: key is the stream's name, value its state as JSON, null
 * when it is gone (contracts: streams.md).
 */
final class StateLog implements AutoCloseable {
  private static final ObjectMapper JSON = new JsonMapper();

  private final Map<String, Object> clientConfig;
  private final Producer<byte[], byte[]> producer;

  StateLog(Map<String, Object> clientConfig) {
    this.clientConfig = clientConfig;
    Map<String, Object> settings = new HashMap<>(clientConfig);
    settings.remove(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG);
    settings.put(ProducerConfig.CLIENT_ID_CONFIG, "pinflow-gateway-streams");
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 20_000);
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 8 * 1024 * 1024);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 16L * 1024 * 1024);
    this.producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** All states that there are, in the order of the streams' names. */
  Map<String, StreamState> read() {
    Map<String, StreamState> states = new java.util.TreeMap<>();
    Map<String, Object> settings = new HashMap<>(clientConfig);
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      TopicPartition partition = new TopicPartition(StreamTopics.STATE, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          String name = new String(record.key(), UTF_8);
          if (record.value() == null) {
            states.remove(name);
          } else {
            states.put(name, state(record.value()));
          }
        }
      }
    }
    return new LinkedHashMap<>(states);
  }

  private static StreamState state(byte[] json) {
    try {
      return JSON.readValue(json, StreamState.class);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The topic %s holds a stream's state that this version cannot read."
              .formatted(StreamTopics.STATE),
          e);
    }
  }

  /**
   * Returns when it is durable. After a failure it may be in the log all the same.
   *
   * @param state null for a stream that is gone
   */
  void write(String name, @Nullable StreamState state)
      throws ExecutionException, InterruptedException {
    try {
      byte[] value = state == null ? null : JSON.writeValueAsBytes(state);
      producer.send(new ProducerRecord<>(StreamTopics.STATE, 0, name.getBytes(UTF_8), value)).get();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(1));
  }
}
