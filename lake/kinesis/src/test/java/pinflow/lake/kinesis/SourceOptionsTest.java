package pinflow.lake.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceOptionsTest {
  private static SourceOptions with(String... more) {
    Map<String, String> options = new HashMap<>(Map.of("streamName", "posts"));
    for (int i = 0; i < more.length; i += 2) {
      options.put(more[i], more[i + 1]);
    }
    return SourceOptions.parse(options);
  }

  @Test
  void namesAreTakenInAnyCaseAndUnitsRead() {
    SourceOptions options =
        with(
            "ENDPOINT", "http://127.0.0.1:4567",
            "minFetchPeriod", "50ms",
            "maxFetchRate", "2",
            "fetchbuffersize", "8m",
            "maxRecordsPerTrigger", "1000",
            "initialPosition", "TRIM_HORIZON",
            "awsAccessKey", "AK",
            "awsSecretKey", "wJalrXUtnFEMI");
    assertThat(options.connection().endpoint()).isEqualTo(URI.create("http://127.0.0.1:4567"));
    assertThat(options.minFetchPeriod()).isEqualTo(Duration.ofMillis(50));
    assertThat(options.maxFetchRate()).isEqualTo(2e6);
    assertThat(options.fetchBufferSize()).isEqualTo(8 << 20);
    assertThat(options.maxRecordsPerTrigger()).isEqualTo(1000);
    assertThat(options.initialPosition()).isEqualTo(new InitialPosition.Earliest());
    assertThat(options.toString() + options.connection().keys()).doesNotContain("wJalr", "AK");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "streamNam       | posts  | nearest that it knows is streamName",
        "startingPosition| latest | nearest that it knows is initialPosition",
        "minFetchPeriod  | soon   | a time of 1ms or more",
        "minFetchPeriod  | 0ms    | a time of 1ms or more",
        "maxFetchRate    | -1     | MB a second, above 0",
        "fetchBufferSize | 10k    | a size of 1m or more",
        "failOnDataLoss  | no     | true or false",
        "maxRecordsPerFetch | 10001 | 1 to 10000",
        "streamName      | a b    | a stream's name",
        "initialPosition | middle | latest, trim_horizon, earliest, or a time",
        "awsAccessKey    | AK     | belong together",
      })
  void whatIsWrongIsNamedWithWhatWouldBeRight(String name, String value, String said) {
    assertThatThrownBy(() -> with(name, value))
        .isInstanceOf(KinesisSourceException.class)
        .hasMessageContaining(name)
        .hasMessageContaining(said);
  }

  @Test
  void aStreamMustBeNamed() {
    assertThatThrownBy(() -> SourceOptions.parse(Map.of()))
        .hasMessage("Option streamName is missing. It must be a stream's name.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"at_timestamp\":\"06/25/2020 10:23:45 PDT\",\"format\":\"MM/dd/yyyy HH:mm:ss ZZZ\"}",
        "{\"at_timestamp\":\"2020-06-25T17:23:45Z\"}",
        "{\"at_timestamp\":\"2020-06-25T19:23:45+02:00\"}",
      })
  void aTimeToBeginAtIsReadInTheFormThatItNames(String position) {
    assertThat(with("initialPosition", position).initialPosition())
        .isEqualTo(new InitialPosition.AtTimestamp(Instant.parse("2020-06-25T17:23:45Z")));
  }
}
