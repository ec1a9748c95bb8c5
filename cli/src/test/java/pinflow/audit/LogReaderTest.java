package pinflow.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.platform.Broker;

@Tag("slow")
final class LogReaderTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void whatTheLogDeletesMeanwhileIsPassedOver() throws Exception {
    TopicPartition partition = new TopicPartition("posts", 0);
    try (Broker broker = Broker.start(folder.resolve("kafka"), 0)) {
      broker.createTopics(Map.of(partition.topic(), 1));
      Map<String, Object> client = Map.of("bootstrap.servers", broker.bootstrap());
      try (KafkaProducer<byte[], byte[]> producer =
          new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer())) {
        for (int i = 0; i < 20; i++) {
          producer.send(new ProducerRecord<>(partition.topic(), new byte[] {1}));
        }
      }
      try (LogReader reader = new LogReader(broker.bootstrap(), partition, 0, 20);
          Admin admin = Admin.create(client)) {
        admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(12))).all().get();
        List<Long> offsets = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> next = reader.next();
            next != null;
            next = reader.next()) {
          offsets.add(next.offset());
        }
        assertThat(offsets).containsExactly(12L, 13L, 14L, 15L, 16L, 17L, 18L, 19L);
        assertThat(reader.begin()).isEqualTo(12);
      }
    }
  }
}
