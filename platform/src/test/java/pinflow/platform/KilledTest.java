package pinflow.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class KilledTest {

  @TempDir Path folder;

  @Test
  void whatWasAcknowledgedIsThereAfterAKillAndTheOrphanIsEnded() throws Exception {
    Process victim =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    int port;
    try (BufferedReader out = victim.inputReader()) {
      String ready = out.readLine();
      assertThat(ready).startsWith("ready ");
      port = Integer.parseInt(ready.substring("ready ".length()));
    } finally {
      victim.destroyForcibly().waitFor();
    }
    String pid = Files.readString(folder.resolve("database/mariadb.pid"));
    ProcessHandle orphan = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    assertThat(orphan.isAlive()).isTrue();

    long began = System.nanoTime();
    try (Broker broker = Broker.start(folder.resolve("kafka"), 0);
        var consumer =
            new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrap()),
                new StringDeserializer(),
                new StringDeserializer())) {
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
      TopicPartition partition = new TopicPartition("t", 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      assertThat(consumer.poll(Duration.ofSeconds(30)))
          .singleElement()
          .satisfies(record -> assertThat(record.value()).isEqualTo("acknowledged"));
    }
    // On the same port, which the orphan still holds.
    Database.start(folder.resolve("database"), port, "pinflow", "secret", "pinterest_data").close();
    assertThat(orphan.isAlive()).isFalse();
  }
}
