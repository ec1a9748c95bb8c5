package pinflow.lake.kinesis;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import pinflow.lake.kinesis.BatchPlan.Ahead;
import pinflow.lake.kinesis.ShardPosition.After;
import pinflow.lake.kinesis.ShardPosition.Ended;
import pinflow.lake.kinesis.ShardPosition.TrimHorizon;
import software.amazon.awssdk.services.kinesis.model.Record;

class BatchPlanTest {
  private static final long NOW = 1_000_000;
  private static final long ALL = Long.MAX_VALUE;

  /** {@code a} was split into {@code b} and {@code c}, which were merged into {@code d}. */
  private static final Lineage LINEAGE =
      new Lineage(Map.of("a", Set.of(), "b", Set.of("a"), "c", Set.of("a"), "d", Set.of("b", "c")));

  private static final Lineage FLAT = new Lineage(Map.of("x", Set.of(), "y", Set.of()));

  private static StreamOffset at(Map<String, ShardPosition> shards) {
    return new StreamOffset("posts", 1, new TreeMap<>(shards));
  }

  private static After after(long number) {
    return new After(Long.toString(number), number);
  }

  /** Records that arrived at the times that are their numbers. */
  private static Ahead ahead(long first, long last, boolean ended) {
    TreeMap<BigInteger, Record> records = new TreeMap<>();
    LongStream.rangeClosed(first, last)
        .forEach(
            n ->
                records.put(
                    BigInteger.valueOf(n),
                    Record.builder()
                        .sequenceNumber(Long.toString(n))
                        .approximateArrivalTimestamp(Instant.ofEpochMilli(n))
                        .build()));
    return new Ahead(records, ended, 500);
  }

  private static @Nullable StreamOffset end(
      Map<String, ShardPosition> start, Lineage lineage, Map<String, Ahead> ahead, long most) {
    return BatchPlan.end(at(start), lineage, ahead, most, NOW);
  }

  private static StreamOffset next(StreamOffset start, Lineage lineage, Map<String, Ahead> ahead) {
    return Objects.requireNonNull(BatchPlan.end(start, lineage, ahead, ALL, NOW));
  }

  @Test
  void aBatchTakesAllThatIsThere() {
    assertThat(
            end(
                Map.of("x", after(3), "y", new TrimHorizon(1)),
                FLAT,
                Map.of("x", ahead(4, 6, false), "y", Ahead.NOTHING),
                ALL))
        // All of both is taken, so both are known up to when they were read to their tips.
        .isEqualTo(at(Map.of("x", new After("6", 500), "y", new TrimHorizon(1))));
  }

  @Test
  void noNewRecordsAreNoBatch() {
    assertThat(
            end(
                Map.of("x", after(3), "y", new Ended("9")),
                FLAT,
                Map.of("x", ahead(4, 3, false)),
                ALL))
        .isNull();
  }

  @Test
  void aLimitIsSharedSoThatNoShardWaitsForAnother() {
    assertThat(
            end(
                Map.of("x", after(0), "y", after(0)),
                FLAT,
                Map.of("x", ahead(1, 3, true), "y", ahead(1, 100, false)),
                10))
        .isEqualTo(at(Map.of("x", new Ended("3"), "y", after(7))));
    assertThat(
            end(
                Map.of("x", after(0), "y", after(0)),
                FLAT,
                Map.of("x", ahead(1, 50, true), "y", ahead(1, 60, true)),
                10))
        .isEqualTo(at(Map.of("x", after(5), "y", after(5))));
  }

  @Test
  void partsFollowWhatTheyCameOfInALaterBatch() {
    Map<String, Ahead> ahead =
        Map.of(
            "a", ahead(2, 4, true),
            "b", ahead(5, 6, true),
            "c", ahead(7, 7, false),
            "d", ahead(8, 9, false));
    StreamOffset first = next(at(Map.of("a", after(1))), LINEAGE, ahead);
    assertThat(first)
        .isEqualTo(
            at(
                Map.of(
                    "a", new Ended("4"),
                    "b", new TrimHorizon(NOW),
                    "c", new TrimHorizon(NOW),
                    "d", new TrimHorizon(NOW))));

    StreamOffset second = next(first, LINEAGE, ahead);
    assertThat(second)
        .isEqualTo(
            at(
                Map.of(
                    "a", new Ended("4"),
                    "b", new Ended("6"),
                    "c", new After("7", 500),
                    "d", new TrimHorizon(NOW))));

    // c is not at its end, so d has to wait.
    Map<String, Ahead> rest = Map.of("c", ahead(8, 7, false), "d", ahead(8, 9, false));
    assertThat(BatchPlan.end(second, LINEAGE, rest, ALL, NOW)).isNull();
    StreamOffset third = next(second, LINEAGE, Map.of("c", ahead(8, 7, true)));
    assertThat(third.shards()).containsEntry("c", new Ended("7"));

    assertThat(next(third, LINEAGE, Map.of("d", ahead(8, 9, false))).shards())
        .containsEntry("d", new After("9", 500));
  }

  @Test
  void aShardThatIsReadToItsEndGoesWhenTheStreamListsItNoMore() {
    Lineage later = new Lineage(Map.of("b", Set.of("a"), "c", Set.of("a")));
    StreamOffset start = at(Map.of("a", new Ended("4"), "b", after(5), "c", after(6)));
    assertThat(next(start, later, Map.of("b", ahead(6, 7, false))).shards())
        .containsOnlyKeys("b", "c");
  }

  @Test
  void aShardWithoutRecordsEndsToo() {
    StreamOffset start = at(Map.of("a", new TrimHorizon(1)));
    assertThat(next(start, LINEAGE, Map.of("a", ahead(1, 0, true))).shards())
        .containsEntry("a", new Ended(null));
  }
}
