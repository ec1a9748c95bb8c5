package pinflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import pinflow.cli.doctor.CheckpointFolders;
import pinflow.cli.doctor.Diagnosis;
import pinflow.cli.doctor.Finding;
import pinflow.cli.doctor.Finding.Severity;
import pinflow.platform.Broker;

final class DoctorTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void defaultsHaveNoFindingsAndSayWhatWasNotLookedAt() {
    Diagnosis found = configuration(ConfigFile.defaults());
    assertThat(found.findings()).isEmpty();
    assertThat(found.skipped())
        .containsExactly(
            new Diagnosis.Skipped("partitions", "Kafka is embedded, and no pinflow runs here"));
  }

  @Test
  void anErrorIsExitCode1() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      write("kafka:\n  port: %d\n".formatted(taken.getLocalPort()));
      assertThat(doctor()).isEqualTo(ExitCode.NEGATIVE);
    }
    assertThat(doctor("--dag", folder.resolve("none.py").toString())).isEqualTo(ExitCode.USAGE);
    assertThat(folder.resolve("state")).doesNotExist();
  }

  @Test
  void aConfigurationThatNoCommandTakesIsAFinding() throws IOException {
    write("sink:\n  flush-record: 1\n");
    DoctorCommand command = new DoctorCommand();
    new CommandLine(command).parseArgs(arguments());
    assertThat(command.diagnosis().findings())
        .anySatisfy(
            finding ->
                assertThat(finding.what())
                    .contains("pinflow.yaml, line 2: there is no key sink.flush-record."));
  }

  @Test
  void oneRecordAnObject() throws IOException {
    write("sink:\n  flush-records: 1\n");
    assertThat(configuration(ConfigFile.read(folder.resolve("pinflow.yaml"), true)).findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.what()).contains("flush.size=1"));
  }

  @Test
  void secretsInTheOpenAreFoundAndNotPrinted() throws IOException {
    Path creds = Files.writeString(folder.resolve("db_creds.yaml"), "PASSWORD: hunter2\n");
    Files.setPosixFilePermissions(creds, PosixFilePermissions.fromString("rw-r--r--"));
    write(
        """
        source: {creds: %s}
        connect: {url: "http://me:hunter2@connect:8083"}
        store: {endpoint: aws, access-key: env:PINFLOW_NONE, secret-key: hunter2}
        """
            .formatted(creds));
    Diagnosis literal = configuration(ConfigFile.defaults());
    assertThat(literal.findings())
        .extracting(Finding::what)
        .containsExactly(
            folder.resolve("pinflow.yaml") + " holds a secret in the address connect.url.",
            folder.resolve("pinflow.yaml") + " holds the secret store.secret-key itself.");

    write(
        """
        source: {creds: %s}
        store: {endpoint: aws, access-key: env:PINFLOW_NONE, secret-key: env:PINFLOW_NONE}
        """
            .formatted(creds));
    Diagnosis found = configuration(ConfigFile.read(folder.resolve("pinflow.yaml"), true));
    assertThat(found.findings())
        .extracting(finding -> finding.check() + " " + finding.severity())
        .containsExactly("secret-references ERROR", "secret-references ERROR", "secrets WARNING");
    assertThat(Grid.json(literal) + Grid.json(found)).doesNotContain("hunter2");
    Files.setPosixFilePermissions(creds, PosixFilePermissions.fromString("rw-------"));
    assertThat(configuration(ConfigFile.read(folder.resolve("pinflow.yaml"), true)).findings())
        .noneMatch(finding -> finding.check().equals("secrets"));
  }

  @Test
  void checkpointsThatAreOneFolderOrOneQuery() throws IOException {
    Map<String, URI> places =
        Places.of(ConfigFile.defaults(), StateFolder.at(folder), null).checkpoints();
    Path pin = Files.createDirectories(Path.of(places.get("pin")));
    Files.writeString(pin.resolve("metadata"), "{\"id\":\"one\"}");
    Path geo = Files.createDirectories(Path.of(places.get("geo")));
    Files.writeString(geo.resolve("metadata"), "{\"id\":\"two\"}");
    assertThat(new CheckpointFolders(places).find()).isEmpty();
    Files.createSymbolicLink(Path.of(places.get("user")), geo);
    Files.writeString(geo.resolve("metadata"), "{\"id\":\"one\"}");
    assertThat(new CheckpointFolders(places).find())
        .extracting(Finding::what)
        .satisfiesExactly(
            what -> assertThat(what).contains("geo and pin are of one query, one"),
            what -> assertThat(what).contains("geo and user are one folder"));
  }

  @Test
  void aStateThatBeginsNowHasItsVersionAndAnOlderOneDoesNotGetIt() throws IOException {
    try (StateFolder state = StateFolder.at(folder.resolve("state"))) {
      state.take();
      state.writeVersion();
      state.credentials();
      assertThat(state.versionFile()).hasContent(Integer.toString(StateFolder.VERSION));
      Files.delete(state.versionFile());
      state.writeVersion();
      assertThat(state.versionFile()).doesNotExist();
    }
    try (StateFolder again = StateFolder.at(folder.resolve("state"))) {
      Files.writeString(again.versionFile(), "1\n");
      again.take();
    }
  }

  @Test
  @Tag("slow")
  void allRecordsOfATopicInOnePartition() throws Exception {
    try (Broker broker = Broker.start(folder.resolve("kafka"), 0)) {
      broker.createTopics(Map.of("x.pin", 3, "x.geo", 3, "_stream.streaming-x-user", 3));
      try (KafkaProducer<byte[], byte[]> producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", broker.bootstrap()),
              new ByteArraySerializer(),
              new ByteArraySerializer())) {
        for (int i = 0; i < 1_000; i++) {
          byte[] own = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
          byte[] constant = {1};
          producer.send(new ProducerRecord<>("x.pin", own, own));
          producer.send(new ProducerRecord<>("x.geo", constant, own));
          producer.send(new ProducerRecord<>("_stream.streaming-x-user", constant, own));
        }
      }
      write("id: x\nkafka:\n  bootstrap: %s\n".formatted(broker.bootstrap()));
      Diagnosis found = configuration(ConfigFile.read(folder.resolve("pinflow.yaml"), true));
      assertThat(found.skipped()).isEmpty();
      assertThat(found.findings())
          .allMatch(finding -> finding.severity() == Severity.WARNING)
          .extracting(Finding::what)
          .satisfiesExactly(
              what -> assertThat(what).contains("All 1,000 records of _stream.streaming-x-user"),
              what -> assertThat(what).contains("All 1,000 records of x.geo"));
    }
  }

  private Diagnosis configuration(PinflowConfig config) {
    return Diagnosis.of(
        new DoctorChecks(
                config, folder.resolve("pinflow.yaml"), StateFolder.at(folder.resolve("state")))
            .ofConfiguration(Optional.empty()));
  }

  private int doctor(String... more) {
    List<String> all = new ArrayList<>(List.of("doctor"));
    all.addAll(List.of(arguments()));
    all.addAll(List.of(more));
    return Main.execute(all.toArray(String[]::new));
  }

  private String[] arguments() {
    return new String[] {
      "--dir", folder.resolve("state").toString(),
      "--config", folder.resolve("pinflow.yaml").toString()
    };
  }

  private void write(String yaml) throws IOException {
    Files.writeString(folder.resolve("pinflow.yaml"), yaml);
  }
}
