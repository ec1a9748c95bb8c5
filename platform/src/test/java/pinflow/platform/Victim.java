package pinflow.platform;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A process to be killed: it starts parts, has a record acknowledged, and says so, with the
 * database's port.
 */
final class Victim {

  private Victim() {}

  /**
   * @param args the state folder
   */
  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    Database database =
        Database.start(folder.resolve("database"), 0, "pinflow", "secret", "pinterest_data");
    Broker broker = Broker.start(folder.resolve("kafka"), 0);
    broker.createTopics(Map.of("t", 1));
    try (var producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrap()),
            new StringSerializer(),
            new StringSerializer())) {
      producer.send(new ProducerRecord<>("t", "acknowledged")).get();
    }
    System.out.write("ready %d%n".formatted(database.port()).getBytes(StandardCharsets.UTF_8));
    System.out.flush();
    Thread.currentThread().join();
  }
}
