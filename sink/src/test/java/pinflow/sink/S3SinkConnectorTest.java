package pinflow.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.sink.SinkConnector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class S3SinkConnectorTest {

  /** The original's property file with only the class line changed. */
  static Map<String, String> original() throws Exception {
    Properties properties = new Properties();
    try (InputStream in = S3SinkConnectorTest.class.getResourceAsStream("original.properties")) {
      properties.load(Objects.requireNonNull(in));
    }
    return properties.stringPropertyNames().stream()
        .collect(Collectors.toMap(name -> name, properties::getProperty));
  }

  @Test
  void isFoundByConnectAndTakesTheOriginalsFile() throws Exception {
    SinkConnector connector =
        ServiceLoader.load(SinkConnector.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(found -> found instanceof S3SinkConnector)
            .findFirst()
            .orElseThrow();
    assertThat(connector.version()).matches("\\d+\\.\\d+\\.\\d+.*");
    assertThat(connector.taskClass()).isEqualTo(S3SinkTask.class);
    assertThat(connector.validate(original()).configValues())
        .allSatisfy(value -> assertThat(value.errorMessages()).isEmpty());
    connector.start(original());
    assertThat(connector.taskConfigs(3)).hasSize(3).containsOnly(original());
  }

  @ParameterizedTest
  @CsvSource({
    "format.class, io.confluent.connect.s3.format.avro.AvroFormat, JsonFormat",
    "partitioner.class, io.confluent.connect.storage.partitioner.TimeBasedPartitioner, DefaultPartitioner",
    "schema.compatibility, BACKWARD, NONE",
    "behavior.on.null.values, ignore, write",
    "timestamp.extractor, Record, Wallclock",
    "partition.duration.ms, 3600000, leave it out",
    "store.kafka.keys, true, false",
    "s3.ssea.name, AES256, default encryption",
    "s3.compression.type, snappy, 'none, gzip'",
    "store.url, localhost:9000, http(s)://host[:port]",
    "topics.dir, /topics, folder[/folder]",
    "flush.size, 0, at least 1",
    "flush.bytes, 16M, Not a number",
    "rotate.interval.ms, 0, -1 (never)",
    "timezone, Mars, Europe/Berlin",
    "aws.access.key.id, AKIA, aws.secret.access.key"
  })
  void refusesWhatItWouldNotDoAsAsked(String name, String value, String remedy) throws Exception {
    Map<String, String> properties = new HashMap<>(original());
    properties.put(name, value);
    List<String> errors =
        new S3SinkConnector()
            .validate(properties).configValues().stream()
                .map(ConfigValue::errorMessages)
                .flatMap(List::stream)
                .toList();
    assertThat(errors).isNotEmpty().first().asString().contains(name, remedy);
    assertThatThrownBy(() -> new S3SinkConnector().start(properties))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(name);
  }

  @Test
  void neverShowsTheSecret() throws Exception {
    Map<String, String> properties = new HashMap<>(original());
    properties.putAll(Map.of("aws.access.key.id", "AKIA", "aws.secret.access.key", "hush"));
    assertThat(new S3SinkConnector().validate(properties).configValues().toString())
        .doesNotContain("hush");
    assertThat(new SinkConfig(properties).values().toString()).doesNotContain("hush");
  }

  @Test
  void refusesToMoveOffsetsThatItWouldNotFollow() {
    assertThatThrownBy(() -> new S3SinkConnector().alterOffsets(Map.of(), Map.of()))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("after the last one");
  }

  @Test
  void documentsEveryProperty() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    assertThat(SinkConfig.DEF.names()).allSatisfy(n -> assertThat(readme).contains("`" + n + "`"));
  }
}
