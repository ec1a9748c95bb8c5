package pinflow.gateway.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.gateway.Rig;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;

class LimitsTest {
  private static final long SECOND = 1_000_000_000;

  @TempDir static Path folder;

  @Test
  void aShardTakesASecondsWorthAtOnceAndThenItsRate() {
    Limits limits = new Limits();
    for (int i = 0; i < 1_000; i++) {
      assertThat(limits.write(load(0, 1, 10), 0)).isEmpty();
    }
    assertThat(limits.write(load(0, 1, 10), 0)).hasValue(0);
    assertThat(limits.write(load(1, 1, 10), 0)).isEmpty();
    assertThat(limits.write(load(0, 1, 10), SECOND / 1_000)).isEmpty();
    assertThat(limits.write(load(0, 1, 10), SECOND / 1_000)).hasValue(0);

    assertThat(limits.write(load(2, 1, 1 << 20), 0)).isEmpty();
    assertThat(limits.write(load(2, 1, 1), 0)).hasValue(2);

    // Together or not at all; what is more than a second's worth, when nothing else was.
    Map<Integer, Limits.Load> large =
        Map.of(5, new Limits.Load(1, 3 << 20), 6, new Limits.Load(1, 10));
    assertThat(limits.write(load(6, 1_000, 1), 0)).isEmpty();
    assertThat(limits.write(large, 0)).hasValue(6);
    assertThat(limits.write(large, SECOND)).isEmpty();
    assertThat(limits.write(load(5, 1, 10), 3 * SECOND)).hasValue(5);
    assertThat(limits.write(load(5, 1, 10), 4 * SECOND)).isEmpty();

    for (int i = 0; i < 5; i++) {
      assertThat(limits.read(3, 0)).isTrue();
    }
    assertThat(limits.read(3, 0)).isFalse();
    assertThat(limits.read(4, 0)).isTrue();
    limits.wasRead(4, 10 << 20, 0); // five seconds' worth, one of which was there
    assertThat(limits.read(4, 3 * SECOND)).isFalse();
    assertThat(limits.read(4, 4 * SECOND)).isTrue();
  }

  private static Map<Integer, Limits.Load> load(int shard, int records, long bytes) {
    return Map.of(shard, new Limits.Load(records, bytes));
  }

  @Test
  void whatIsOverTheRateIsRefusedRecordByRecord() {
    KinesisConfig config = new KinesisConfig("us-east-1", "aws", null, null, 1);
    try (Rig rig = Rig.start(folder, gateway -> gateway, config);
        KinesisClient kinesis = Client.of(rig)) {
      String stream = "stream-" + UUID.randomUUID();
      Client.create(kinesis, stream, 1);
      PutRecordsRequestEntry half =
          PutRecordsRequestEntry.builder()
              .partitionKey("k")
              .data(SdkBytes.fromByteArray(new byte[500_000]))
              .build();
      PutRecordsResponse answer =
          kinesis.putRecords(r -> r.streamName(stream).records(Collections.nCopies(4, half)));
      assertThat(answer.failedRecordCount()).isBetween(1, 2);
      assertThat(answer.records().get(0).errorCode()).isNull();
      assertThat(answer.records().get(3).errorCode())
          .isEqualTo("ProvisionedThroughputExceededException");
      assertThat(answer.records().get(3).errorMessage())
          .contains("Rate exceeded for shard shardId-000000000000 in stream " + stream);
      assertThat(rig.read("_stream." + stream)).hasSize(4 - answer.failedRecordCount());

      String iterator =
          kinesis
              .getShardIterator(
                  r ->
                      r.streamName(stream)
                          .shardId("shardId-000000000000")
                          .shardIteratorType("LATEST"))
              .shardIterator();
      try (KinesisClient hasty = Client.withoutRetries(rig)) {
        assertThatThrownBy(
                () -> {
                  for (int i = 0; i < 200; i++) {
                    hasty.getRecords(r -> r.shardIterator(iterator));
                  }
                })
            .isInstanceOf(ProvisionedThroughputExceededException.class);
      }
    }
  }
}
