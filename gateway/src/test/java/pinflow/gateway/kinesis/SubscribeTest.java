package pinflow.gateway.kinesis;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pinflow.gateway.Rig;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/** SubscribeToShard with AWS's asynchronous client, over HTTP/2. */
class SubscribeTest {
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

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void recordsArePushedUntilTheShardEnds(boolean cbor) throws Exception {
    String stream = "stream-" + UUID.randomUUID();
    try (KinesisClient kinesis = Client.of(rig);
        KinesisAsyncClient async = async(cbor)) {
      Client.create(kinesis, stream, 1);
      String arn =
          kinesis.describeStream(r -> r.streamName(stream)).streamDescription().streamARN();
      String consumer =
          kinesis
              .registerStreamConsumer(r -> r.streamARN(arn).consumerName("app"))
              .consumer()
              .consumerARN();
      Client.put(kinesis, stream, "k", "before");

      List<SubscribeToShardEvent> events = new CopyOnWriteArrayList<>();
      CompletableFuture<Void> ended = subscribe(async, consumer, events);
      Rig.until(() -> data(events).equals(List.of("before")));
      assertThat(subscribe(async, consumer, new CopyOnWriteArrayList<>()))
          .failsWithin(20, TimeUnit.SECONDS)
          .withThrowableOfType(java.util.concurrent.ExecutionException.class)
          .withCauseInstanceOf(ResourceInUseException.class);
      Client.put(kinesis, stream, "k", "later");
      Rig.until(() -> data(events).equals(List.of("before", "later")));

      kinesis.splitShard(
          r ->
              r.streamName(stream)
                  .shardToSplit("shardId-000000000000")
                  .newStartingHashKey("1000000"));
      assertThat(ended).succeedsWithin(30, TimeUnit.SECONDS);
      SubscribeToShardEvent last = events.get(events.size() - 1);
      assertThat(last.continuationSequenceNumber()).isNull();
      assertThat(last.childShards())
          .extracting(child -> child.shardId())
          .containsExactly("shardId-000000000001", "shardId-000000000002");
    }
  }

  private static KinesisAsyncClient async(boolean cbor) {
    System.setProperty("aws.cborEnabled", Boolean.toString(cbor)); // read when a client is made
    try {
      return KinesisAsyncClient.builder()
          .endpointOverride(rig.gateway().url())
          .region(Region.US_EAST_1)
          .credentialsProvider(
              StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
          .build();
    } finally {
      System.clearProperty("aws.cborEnabled");
    }
  }

  private static CompletableFuture<Void> subscribe(
      KinesisAsyncClient async, String consumer, List<SubscribeToShardEvent> into) {
    return async.subscribeToShard(
        r ->
            r.consumerARN(consumer)
                .shardId("shardId-000000000000")
                .startingPosition(p -> p.type(ShardIteratorType.TRIM_HORIZON)),
        SubscribeToShardResponseHandler.builder()
            .subscriber(event -> event.accept(visitor(into)))
            .build());
  }

  private static SubscribeToShardResponseHandler.Visitor visitor(List<SubscribeToShardEvent> into) {
    return SubscribeToShardResponseHandler.Visitor.builder()
        .onSubscribeToShardEvent(into::add)
        .build();
  }

  private static List<String> data(List<SubscribeToShardEvent> events) {
    return events.stream()
        .flatMap(event -> event.records().stream())
        .map(record -> record.data().asUtf8String())
        .toList();
  }
}
