package pinflow.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerTest {

  @TempDir Path folder;

  @Test
  void keepsWhatItAcknowledged() throws Exception {
    byte[] large = new byte[10 * 1024 * 1024];
    try (Broker broker = Broker.start(folder, 0)) {
      broker.createTopics(Map.of("t.pin", 3, "t.geo", 1));
      broker.createTopics(Map.of("t.pin", 3, "t.user", 1));
      assertThatThrownBy(() -> broker.createTopics(Map.of("t.geo", 2)))
          .isInstanceOf(PlatformException.class)
          .hasMessageContaining("t.geo has 1 partitions and 2");
      assertThat(flushMessages(broker, "t.pin")).isEqualTo("1");
      assertThat(flushMessages(broker, "__consumer_offsets"))
          .isEqualTo(Long.toString(Long.MAX_VALUE));
      try (var producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", broker.bootstrap(), "max.request.size", 11 * 1024 * 1024),
              new ByteArraySerializer(),
              new ByteArraySerializer())) {
        assertThat(producer.send(new ProducerRecord<>("t.pin", 1, null, large)).get().offset())
            .isZero();
      }
      assertThatThrownBy(() -> Broker.start(folder, port(broker)))
          .isInstanceOf(PlatformException.class)
          .hasMessageContaining("Port " + port(broker) + " (kafka.port)");
      assertThatThrownBy(() -> Broker.start(folder, 0))
          .isInstanceOf(PlatformException.class)
          .hasMessageContaining(folder.toString());
    }
    try (Broker broker = Broker.start(folder, 0);
        var consumer =
            new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrap(), "group.id", "g"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
      TopicPartition partition = new TopicPartition("t.pin", 1);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      assertThat(consumer.poll(Duration.ofSeconds(30)))
          .singleElement()
          .satisfies(record -> assertThat(record.value()).isEqualTo(large));
      consumer.commitSync(Duration.ofSeconds(30));
    }
  }

  private static String flushMessages(Broker broker, String topic) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
      return admin
          .describeConfigs(List.of(resource))
          .all()
          .get()
          .values()
          .iterator()
          .next()
          .get("flush.messages")
          .value();
    }
  }

  private static int port(Broker broker) {
    return URI.create("kafka://" + broker.bootstrap()).getPort();
  }
}
