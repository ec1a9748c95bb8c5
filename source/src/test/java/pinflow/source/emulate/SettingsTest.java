package pinflow.source.emulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import pinflow.source.SourceTable;

class SettingsTest {

  private static final URI GATEWAY = URI.create("http://localhost:8082/dev/");
  private static final Path JOURNAL = Path.of("emulate.jsonl");

  @Test
  void findTheirPlacesBehindTheStage() {
    assertThat(
            Settings.of(Dialect.KAFKA_REST, GATEWAY, "0e03d1c30c91", JOURNAL).url(SourceTable.PIN))
        .isEqualTo(URI.create("http://localhost:8082/dev/topics/0e03d1c30c91.pin"));
    assertThat(Settings.of(Dialect.KINESIS, GATEWAY, "0e03d1c30c91", JOURNAL).url(SourceTable.PIN))
        .isEqualTo(
            URI.create("http://localhost:8082/dev/streams/streaming-0e03d1c30c91-pin/records"));
  }

  @Test
  void refuseWhatCannotWork() {
    refused(URI.create("localhost:8082"), "0e03d1c30c91", 1, "not an http or https URL");
    refused(GATEWAY, "a b", 1, "The id \"a b\" cannot be used");
    refused(GATEWAY, "0e03d1c30c91", 0, "the rate is 0.0. It must be more than 0.");
  }

  private static void refused(URI gateway, String id, double rate, String message) {
    assertThatThrownBy(
            () ->
                new Settings(
                    Dialect.KAFKA_REST,
                    gateway,
                    id,
                    OptionalLong.empty(),
                    OptionalDouble.of(rate),
                    8,
                    false,
                    JOURNAL,
                    false,
                    Duration.ofSeconds(60),
                    null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
