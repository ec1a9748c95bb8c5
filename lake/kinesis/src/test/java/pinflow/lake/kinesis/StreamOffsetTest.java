package pinflow.lake.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StreamOffsetTest {
  /** What checkpoints hold: it must be read for ever. */
  private static final String VERSION_1 =
      "{\"version\":1,\"stream\":\"posts\",\"created\":1767225600000,\"shards\":{"
          + "\"shardId-000000000000\":{\"at\":\"end\",\"sequenceNumber\":\"41\"},"
          + "\"shardId-000000000001\":{\"at\":\"end\"},"
          + "\"shardId-000000000002\":{\"at\":\"after\",\"sequenceNumber\":\"49590338271490256608559692538361571095921575989136588898\",\"until\":7},"
          + "\"shardId-000000000003\":{\"at\":\"trim_horizon\",\"until\":8},"
          + "\"shardId-000000000004\":{\"at\":\"timestamp\",\"timestamp\":5,\"until\":9}}}";

  @Test
  void jsonIsWrittenAndReadAsItStands() {
    TreeMap<String, ShardPosition> shards = new TreeMap<>();
    shards.put("shardId-000000000000", new ShardPosition.Ended("41"));
    shards.put("shardId-000000000001", new ShardPosition.Ended(null));
    shards.put(
        "shardId-000000000002",
        new ShardPosition.After("49590338271490256608559692538361571095921575989136588898", 7));
    shards.put("shardId-000000000003", new ShardPosition.TrimHorizon(8));
    shards.put("shardId-000000000004", new ShardPosition.AtTimestamp(5, 9));
    StreamOffset offset = new StreamOffset("posts", 1_767_225_600_000L, shards);

    assertThat(offset.json()).isEqualTo(VERSION_1);
    assertThat(StreamOffset.parse(VERSION_1)).isEqualTo(offset);
    assertThat(StreamOffset.parse(VERSION_1).shards()).isEqualTo(shards);
  }

  @Test
  void anOffsetOfAnotherVersionOrSourceIsRefused() {
    assertThatThrownBy(
            () -> StreamOffset.parse(VERSION_1.replace("\"version\":1", "\"version\":2")))
        .isInstanceOf(KinesisSourceException.class)
        .hasMessageContaining("has version 2 and this source knows 1 only");
    assertThatThrownBy(() -> StreamOffset.parse("[3]")).isInstanceOf(KinesisSourceException.class);
    assertThatThrownBy(() -> StreamOffset.parse("{\"version\":1,\"stream\":\"posts\"}"))
        .hasMessageContaining("none of this source's");
  }
}
