package pinflow.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.connect.file.FileStreamSinkConnector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ConnectWorkerTest {

  @TempDir Path folder;

  @Test
  void runsAPluginsConnectorAndRunsItAgainAfterARestart() throws Exception {
    Path plugins = Files.createDirectories(folder.resolve("plugins"));
    Path jar =
        Path.of(
            FileStreamSinkConnector.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    Files.copy(jar, Files.createDirectory(plugins.resolve("file")).resolve("file.jar"));
    Path secrets = Files.createDirectories(folder.resolve("secrets"));
    Path landed = folder.resolve("landed");
    Files.writeString(secrets.resolve("sink.properties"), "file=" + landed + "\n");
    Files.writeString(folder.resolve("other.properties"), "file=" + landed + "\n");
    Map<String, String> sink =
        Map.of(
            "connector.class", "org.apache.kafka.connect.file.FileStreamSinkConnector",
            "topics", "t",
            "value.converter", "org.apache.kafka.connect.storage.StringConverter",
            "consumer.override.auto.offset.reset", "earliest",
            "file", "${file:" + secrets.resolve("sink.properties") + ":file}");

    try (Broker broker = Broker.start(folder.resolve("kafka"), 0)) {
      broker.createTopics(Map.of("t", 1));
      try (ConnectWorker worker = ConnectWorker.start(broker.bootstrap(), 0, plugins, secrets)) {
        worker.put("sink", sink);
        send(broker, "first");
        awaitLines(landed, "first");

        Map<String, String> unknown = with(sink, "connector.class", "no.such.Sink");
        assertThatThrownBy(() -> worker.put("other", unknown))
            .isInstanceOf(PlatformException.class)
            .hasMessageContaining("no.such.Sink");
        Map<String, String> failing = with(sink, "file", folder.toString());
        assertThatThrownBy(() -> worker.put("failing", failing))
            .isInstanceOf(PlatformException.class)
            .hasMessageContaining(folder.toString());
        Map<String, String> mended = with(sink, "file", folder.resolve("mended").toString());
        worker.put("failing", mended);
        awaitLines(folder.resolve("mended"), "first");
        Map<String, String> prying =
            with(sink, "file", "${file:" + folder.resolve("other.properties") + ":file}");
        assertThatThrownBy(() -> worker.put("prying", prying))
            .isInstanceOf(PlatformException.class);

        int taken = worker.url().getPort();
        assertThatThrownBy(() -> ConnectWorker.start(broker.bootstrap(), taken, plugins, secrets))
            .isInstanceOf(PlatformException.class)
            .hasMessageContaining("Port " + taken + " (connect.port)");
      }
      send(broker, "second");
      try (ConnectWorker worker = ConnectWorker.start(broker.bootstrap(), 0, plugins, secrets)) {
        worker.put("sink", sink);
        awaitLines(landed, "first", "second");
      }
    }
    Set<String> left =
        Thread.getAllStackTraces().keySet().stream()
            .map(Thread::getName)
            .collect(Collectors.toSet());
    assertThat(left).noneMatch(name -> name.contains("kafka") || name.contains("Connect"));
  }

  private static Map<String, String> with(
      Map<String, String> properties, String key, String value) {
    Map<String, String> changed = new HashMap<>(properties);
    changed.put(key, value);
    return changed;
  }

  private static void send(Broker broker, String value) throws Exception {
    try (var producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrap()),
            new StringSerializer(),
            new StringSerializer())) {
      producer.send(new ProducerRecord<>("t", value)).get();
    }
  }

  private static void awaitLines(Path file, String... lines) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(file).content().isEqualTo(String.join("\n", lines) + "\n"));
  }
}
