package pinflow.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's own tools, run as their scripts run them, on our broker (docs/doors.md). */
class KafkaToolsTest {

  @TempDir Path folder;

  @Test
  void makeATopicAndReadIt() throws Exception {
    try (Broker broker = Broker.start(folder, 0)) {
      String server = broker.bootstrap();
      assertThat(
              run(
                  "org.apache.kafka.tools.TopicCommand",
                  "--bootstrap-server",
                  server,
                  "--create",
                  "--topic",
                  "t.other",
                  "--partitions",
                  "3"))
          .contains("Created topic t.other.");
      try (var producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", server),
              new StringSerializer(),
              new StringSerializer())) {
        producer.send(new ProducerRecord<>("t.other", 2, "key", "{\"index\": 1.0}")).get();
      }
      assertThat(
              run(
                  "org.apache.kafka.tools.consumer.ConsoleConsumer",
                  "--bootstrap-server",
                  server,
                  "--topic",
                  "t.other",
                  "--from-beginning",
                  "--max-messages",
                  "1"))
          .contains("{\"index\": 1.0}");
    }
  }

  /** What a tool prints to its standard output. */
  private static String run(String tool, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                tool));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(out).isZero();
    return out;
  }
}
