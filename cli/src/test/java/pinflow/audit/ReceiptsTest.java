package pinflow.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiptsTest {
  private static final String RUN = "{\"run\":\"6f0c1d2e-3a4b\",\"posts\":5}\n";
  private static final String REQUEST =
      "{\"chunk\":0,\"topic\":\"x.pin\",\"key\":\"k\",\"complete\":true,\"receipts\":[[0,2,17],[null,2,18]]}\n";
  private static final TopicPartition PIN = new TopicPartition("x.pin", 2);

  @TempDir Path folder;

  private Receipts read(String journal) throws IOException {
    return Receipts.read(Files.writeString(folder.resolve("batch.jsonl"), journal));
  }

  @Test
  void placesAreNumbersOrAsAStreamHasThem() throws IOException {
    Receipts receipts =
        read(
            RUN
                + REQUEST
                + "{\"topic\":\"s\",\"key\":\"k\",\"receipts\":[[0,\"shardId-000000000003\",\"49%013d%08d%010d%023d\"]]}\n"
                    .formatted(1_700_000_000_000L, 0, 3, 42));
    expectRequest(receipts);
    assertThat(receipts.of(new TopicPartition("s", 3)).first()).isEqualTo(41);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 9, 30, 60, 86})
  void aLastLineThatWasTornDoesNotCount(int characters) throws IOException {
    Receipts receipts = read(RUN + REQUEST + REQUEST.substring(0, characters));
    expectRequest(receipts);
  }

  private static void expectRequest(Receipts receipts) {
    assertThat(receipts.of(PIN).size()).isEqualTo(2);
    assertThat(receipts.of(PIN).first()).isEqualTo(17);
    assertThat(receipts.of(PIN).last()).isEqualTo(18);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"topic\":\"x.pin\",\"receipts\":[[0,2,1],\n",
        "{\"topic\":\"x.pi\n",
        "{\"topic\":\"x.pin\",\"receipts\":[[0,2]]}\n",
        "{\"topic\":\"x.pin\",\"receipts\":[[0,null,5]]}\n",
        "{\"topic\":\"x.pin\",\"receipts\":7}\n"
      })
  void aLineThatIsNotAsWrittenHidesReceipts(String line) {
    assertThatThrownBy(() -> read(RUN + line + REQUEST))
        .isInstanceOf(AuditException.class)
        .hasMessageStartingWith("Line 2 of the journal ")
        .hasMessageContaining("receipts are unknown");
  }

  @Test
  void noJournalAndAnEmptyOneHaveNone() throws IOException {
    assertThat(Receipts.read(folder.resolve("none")).partitions()).isEmpty();
    assertThat(read("").partitions()).isEmpty();
  }
}
