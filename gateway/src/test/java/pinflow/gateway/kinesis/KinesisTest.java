package pinflow.gateway.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static software.amazon.awssdk.services.kinesis.model.ShardIteratorType.AFTER_SEQUENCE_NUMBER;
import static software.amazon.awssdk.services.kinesis.model.ShardIteratorType.AT_SEQUENCE_NUMBER;
import static software.amazon.awssdk.services.kinesis.model.ShardIteratorType.AT_TIMESTAMP;
import static software.amazon.awssdk.services.kinesis.model.ShardIteratorType.LATEST;
import static software.amazon.awssdk.services.kinesis.model.ShardIteratorType.TRIM_HORIZON;

import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pinflow.gateway.Rig;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ScalingType;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.StreamDescription;

/** The Kinesis API as AWS's own SDK for Java uses it. */
class KinesisTest {
  @TempDir static Path folder;
  private static Rig rig;

  @BeforeAll
  static void start() {
    rig = Rig.start(folder, config -> config);
  }

  @AfterAll
  static void stop() {
    rig.close();
  }

  private static String name() {
    return "stream-" + UUID.randomUUID();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void recordsComeBackInBothEncodings(boolean cbor) {
    try (KinesisClient kinesis = Client.of(rig, cbor, "a", "b", Region.US_EAST_1)) {
      String stream = name();
      Instant before = Instant.now().minusSeconds(5);
      kinesis.createStream(r -> r.streamName(stream).shardCount(1).tags(Map.of("a", "b")));
      kinesis.waiter().waitUntilStreamExists(r -> r.streamName(stream));
      StreamDescription described =
          kinesis.describeStream(r -> r.streamName(stream)).streamDescription();
      assertThat(described.streamARN())
          .isEqualTo("arn:aws:kinesis:us-east-1:000000000000:stream/" + stream);
      assertThat(described.streamCreationTimestamp()).isBetween(before, Instant.now());
      assertThat(described.shards())
          .extracting(shard -> shard.hashKeyRange().endingHashKey())
          .containsExactly(BigInteger.TWO.pow(128).subtract(BigInteger.ONE).toString());
      assertThat(kinesis.listStreams().streamNames()).contains(stream);

      byte[] bytes = {0, (byte) 0xff, 10, 34};
      String first =
          kinesis
              .putRecord(
                  r ->
                      r.streamARN(described.streamARN())
                          .partitionKey("é")
                          .data(SdkBytes.fromByteArray(bytes)))
              .sequenceNumber();
      PutRecordsResponse others =
          kinesis.putRecords(
              r -> r.streamName(stream).records(entry("k", "2"), entry("k", ""), entry("k", "4")));
      assertThat(others.failedRecordCount()).isZero();

      List<Record> records = Client.walk(kinesis, stream);
      assertThat(records)
          .extracting(Record::sequenceNumber)
          .containsExactly(
              first,
              others.records().get(0).sequenceNumber(),
              others.records().get(1).sequenceNumber(),
              others.records().get(2).sequenceNumber())
          .isSortedAccordingTo((a, b) -> new BigInteger(a).compareTo(new BigInteger(b)));
      assertThat(records.get(0).data().asByteArray()).isEqualTo(bytes);
      assertThat(records.get(0).partitionKey()).isEqualTo("é");
      assertThat(records.get(0).approximateArrivalTimestamp()).isBetween(before, Instant.now());

      kinesis.deleteStream(r -> r.streamName(stream));
      kinesis.waiter().waitUntilStreamNotExists(r -> r.streamName(stream));
    }
  }

  private static PutRecordsRequestEntry entry(String key, String data) {
    return PutRecordsRequestEntry.builder()
        .partitionKey(key)
        .data(SdkBytes.fromUtf8String(data))
        .build();
  }

  @Test
  void aReaderBeginsWhereItWants() {
    try (KinesisClient kinesis = Client.of(rig)) {
      String stream = name();
      Client.create(kinesis, stream, 1);
      String first = Client.put(kinesis, stream, "k", "1").sequenceNumber();
      Instant between = Instant.now();
      Rig.until(() -> Instant.now().isAfter(between.plusMillis(5)));
      String second = Client.put(kinesis, stream, "k", "2").sequenceNumber();

      assertThat(from(kinesis, stream, r -> r.shardIteratorType(TRIM_HORIZON)))
          .containsExactly("1", "2");
      assertThat(
              from(
                  kinesis,
                  stream,
                  r -> r.shardIteratorType(AT_SEQUENCE_NUMBER).startingSequenceNumber(second)))
          .containsExactly("2");
      assertThat(
              from(
                  kinesis,
                  stream,
                  r -> r.shardIteratorType(AFTER_SEQUENCE_NUMBER).startingSequenceNumber(first)))
          .containsExactly("2");
      String begin = shards(kinesis, stream).get(0).sequenceNumberRange().startingSequenceNumber();
      assertThat(
              from(
                  kinesis,
                  stream,
                  r -> r.shardIteratorType(AFTER_SEQUENCE_NUMBER).startingSequenceNumber(begin)))
          .containsExactly("1", "2");
      assertThat(from(kinesis, stream, r -> r.shardIteratorType(AT_TIMESTAMP).timestamp(between)))
          .containsExactly("2");
      assertThat(from(kinesis, stream, r -> r.shardIteratorType(LATEST))).isEmpty();
    }
  }

  private static List<String> from(
      KinesisClient kinesis, String stream, Consumer<GetShardIteratorRequest.Builder> place) {
    String iterator =
        kinesis
            .getShardIterator(
                r -> place.accept(r.streamName(stream).shardId("shardId-000000000000")))
            .shardIterator();
    GetRecordsResponse page = kinesis.getRecords(r -> r.shardIterator(iterator));
    assertThat(page.millisBehindLatest()).isZero();
    return page.records().stream().map(record -> record.data().asUtf8String()).toList();
  }

  private static List<Shard> shards(KinesisClient kinesis, String stream) {
    return kinesis.listShards(r -> r.streamName(stream)).shards();
  }

  @Test
  void reshardingUnderLoadLosesNothingAndKeepsTheOrderOfEachKey() {
    try (KinesisClient kinesis = Client.of(rig)) {
      String stream = name();
      Client.create(kinesis, stream, 2);
      AtomicBoolean enough = new AtomicBoolean();
      List<CompletableFuture<Integer>> posters =
          IntStream.range(0, 8)
              .mapToObj(
                  poster ->
                      CompletableFuture.supplyAsync(
                          () -> {
                            int next = 0;
                            while (!enough.get()) {
                              Client.put(kinesis, stream, "key-" + poster, "" + next++);
                            }
                            return next;
                          },
                          task -> new Thread(task).start()))
              .toList();
      scale(kinesis, stream, 4);
      rig.awaitReady();
      scale(kinesis, stream, 3);
      Shard first = shards(kinesis, stream).stream().filter(KinesisTest::isOpen).findFirst().get();
      kinesis.splitShard(
          r ->
              r.streamName(stream)
                  .shardToSplit(first.shardId())
                  .newStartingHashKey(
                      new BigInteger(first.hashKeyRange().endingHashKey())
                          .shiftRight(1)
                          .toString()));
      Client.awaitActive(kinesis, stream);
      enough.set(true);
      Map<String, Integer> put =
          IntStream.range(0, 8)
              .boxed()
              .collect(Collectors.toMap(p -> "key-" + p, p -> posters.get(p).join()));

      assertThat(shards(kinesis, stream).stream().filter(KinesisTest::isOpen)).hasSize(4);
      Map<String, List<String>> read =
          Client.walk(kinesis, stream).stream()
              .collect(
                  Collectors.groupingBy(
                      Record::partitionKey,
                      Collectors.mapping(r -> r.data().asUtf8String(), Collectors.toList())));
      put.forEach(
          (key, count) ->
              assertThat(read.get(key))
                  .as(key)
                  .isEqualTo(IntStream.range(0, count).mapToObj(Integer::toString).toList()));
    }
  }

  private static boolean isOpen(Shard shard) {
    return shard.sequenceNumberRange().endingSequenceNumber() == null;
  }

  private static void scale(KinesisClient kinesis, String stream, int shards) {
    kinesis.updateShardCount(
        r ->
            r.streamName(stream).targetShardCount(shards).scalingType(ScalingType.UNIFORM_SCALING));
    Client.awaitActive(kinesis, stream);
    assertThat(shards(kinesis, stream).stream().filter(KinesisTest::isOpen)).hasSize(shards);
  }

  @Test
  void streamsSurviveARestart() {
    String stream = name();
    List<Shard> before;
    try (KinesisClient kinesis = Client.of(rig)) {
      Client.create(kinesis, stream, 2);
      Client.put(kinesis, stream, "a", "1");
      kinesis.mergeShards(
          r ->
              r.streamName(stream)
                  .shardToMerge("shardId-000000000000")
                  .adjacentShardToMerge("shardId-000000000001"));
      Client.awaitActive(kinesis, stream);
      Client.put(kinesis, stream, "a", "2");
      before = shards(kinesis, stream);
    }
    rig.restartGateway();
    try (KinesisClient kinesis = Client.of(rig)) {
      assertThat(shards(kinesis, stream)).isEqualTo(before);
      Client.put(kinesis, stream, "a", "3");
      assertThat(Client.walk(kinesis, stream))
          .extracting(record -> record.data().asUtf8String())
          .containsExactly("1", "2", "3");
    }
  }
}
