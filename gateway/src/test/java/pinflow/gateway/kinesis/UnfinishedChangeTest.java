package pinflow.gateway.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.gateway.Gateway;
import pinflow.gateway.GatewayConfig;
import pinflow.gateway.Rig;
import pinflow.gateway.log.Room;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.StreamDescription;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/**
 * A gateway that was killed in a change leaves the change in the stream's state, and whatever it
 * had done by then in the log; the next one carries it out.
 */
class UnfinishedChangeTest {
  @TempDir static Path folder;
  private static Rig rig;

  @BeforeAll
  static void start() {
    rig = Rig.start(folder, config -> config);
    try (KinesisClient kinesis = Client.of(rig)) {
      Client.create(kinesis, name(), 1); // makes the topic of the states
    }
  }

  @AfterAll
  static void stop() {
    rig.close();
  }

  private static String name() {
    return "stream-" + UUID.randomUUID();
  }

  /** Leaves a stream's state as a killed gateway would, and starts another. */
  private static void leave(String stream, UnaryOperator<StreamState> change) throws Exception {
    try (StateLog log = new StateLog(Map.of("bootstrap.servers", rig.bootstrap()))) {
      StreamState before = log.read().get(stream);
      log.write(
          stream,
          change.apply(
              before == null
                  ? StreamState.creating(stream, 2, "PROVISIONED", Map.of(), 1)
                  : before));
    }
    rig.restartGateway();
  }

  @Test
  void aStreamIsMadeToTheEnd() throws Exception {
    String stream = name();
    leave(stream, state -> state);
    try (KinesisClient kinesis = Client.of(rig)) {
      Client.awaitActive(kinesis, stream);
      Client.put(kinesis, stream, "k", "v");
    }
  }

  @Test
  void aStreamThatIsBeingMadeTakesNothing() throws Exception {
    String stream = name();
    try (StateLog log = new StateLog(Map.of("bootstrap.servers", rig.bootstrap()))) {
      log.write(stream, StreamState.creating(stream, 2, "PROVISIONED", Map.of(), 1));
    }
    // Of three replicas, which one broker cannot have: it does not come to the end.
    try (Gateway stuck =
            Gateway.start(
                GatewayConfig.of("127.0.0.1", 0, rig.bootstrap()),
                new KinesisConfig("us-east-1", "none", null, null, 3),
                Room.ENDLESS);
        KinesisClient kinesis = Client.of(stuck.url())) {
      HttpRequest ready = HttpRequest.newBuilder(stuck.url().resolve("/health/ready")).build();
      Rig.until(() -> rig.send(ready).statusCode() == 200);
      StreamDescription told =
          kinesis.describeStream(r -> r.streamName(stream)).streamDescription();
      assertThat(told.streamStatus()).isEqualTo(StreamStatus.CREATING);
      assertThat(told.shards()).isEmpty();
      assertThatThrownBy(() -> Client.put(kinesis, stream, "k", "v"))
          .isInstanceOf(ResourceNotFoundException.class)
          .hasMessageContaining("CREATING");
      HttpResponse<String> rest =
          rig.send(
              HttpRequest.newBuilder(stuck.url().resolve("/dev/streams/" + stream + "/record"))
                  .PUT(BodyPublishers.ofString("{\"Data\":{},\"PartitionKey\":\"k\"}"))
                  .build());
      assertThat(rest.body()).contains("\"ResourceNotFoundException\"", "CREATING");
      assertThatThrownBy(() -> kinesis.listShards(r -> r.streamName(stream)))
          .isInstanceOf(ResourceInUseException.class);
      assertThatThrownBy(() -> kinesis.deleteStream(r -> r.streamName(stream)))
          .isInstanceOf(ResourceInUseException.class)
          .hasMessageContaining("not ACTIVE, instead in state CREATING");
      assertThatThrownBy(() -> kinesis.createStream(r -> r.streamName("s").shardCount(1)))
          .hasMessageContaining("kafka.replication-factor");
    }
  }

  @Test
  void aStreamIsDeletedToTheEndAlsoWhenItsTopicIsGone() throws Exception {
    String stream = name();
    String other = name();
    try (KinesisClient kinesis = Client.of(rig)) {
      Client.create(kinesis, stream, 1);
      Client.create(kinesis, other, 1);
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", rig.bootstrap()))) {
      admin.deleteTopics(List.of("_stream." + other)).all().get(30, TimeUnit.SECONDS);
    }
    leave(other, state -> state.withPending(new Change.Delete()));
    leave(stream, state -> state.withPending(new Change.Delete()));
    try (KinesisClient kinesis = Client.of(rig)) {
      kinesis.waiter().waitUntilStreamNotExists(r -> r.streamName(stream));
      kinesis.waiter().waitUntilStreamNotExists(r -> r.streamName(other));
      Client.create(kinesis, stream, 1);
      assertThat(Client.walk(kinesis, stream)).isEmpty();
    }
  }

  @Test
  void aSplitIsMadeToTheEndWithOrWithoutItsPartitions() throws Exception {
    String stream = name();
    try (KinesisClient kinesis = Client.of(rig)) {
      Client.create(kinesis, stream, 1);
      Client.put(kinesis, stream, "k", "1");
    }
    leave(stream, state -> state.withPending(new Change.Split(0, BigInteger.TEN)));
    try (KinesisClient kinesis = Client.of(rig)) {
      Client.awaitActive(kinesis, stream);
      Client.put(kinesis, stream, "k", "2");
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", rig.bootstrap()))) {
      admin
          .createPartitions(Map.of("_stream." + stream, NewPartitions.increaseTo(4)))
          .all()
          .get(30, TimeUnit.SECONDS);
    }
    leave(stream, state -> state.withPending(new Change.Merge(1, 2)));
    try (KinesisClient kinesis = Client.of(rig)) {
      Client.awaitActive(kinesis, stream);
      Client.put(kinesis, stream, "k", "3");
      assertThat(Client.walk(kinesis, stream))
          .extracting(record -> record.data().asUtf8String())
          .containsExactly("1", "2", "3");
    }
  }

  @Test
  void aDeletedStreamsNumbersAndIteratorsAreNotTakenForItsSuccessor() {
    String stream = name();
    try (KinesisClient kinesis = Client.of(rig)) {
      Client.create(kinesis, stream, 1);
      String number = Client.put(kinesis, stream, "k", "old").sequenceNumber();
      String iterator =
          kinesis
              .getShardIterator(
                  r -> r.streamName(stream).shardId("0").shardIteratorType("TRIM_HORIZON"))
              .shardIterator();
      assertThat(kinesis.getRecords(r -> r.shardIterator(iterator).limit(1)).records()).hasSize(1);
      kinesis.deleteStream(r -> r.streamName(stream));
      kinesis.waiter().waitUntilStreamNotExists(r -> r.streamName(stream));
      Client.create(kinesis, stream, 1);
      Client.put(kinesis, stream, "k", "new");

      assertThatThrownBy(() -> kinesis.getRecords(r -> r.shardIterator(iterator)))
          .isInstanceOf(ResourceNotFoundException.class);
      assertThatThrownBy(
              () ->
                  kinesis.getShardIterator(
                      r ->
                          r.streamName(stream)
                              .shardId("0")
                              .shardIteratorType("AFTER_SEQUENCE_NUMBER")
                              .startingSequenceNumber(number)))
          .hasMessageContaining("did not come from this stream");
      assertThat(Client.walk(kinesis, stream))
          .extracting(record -> record.data().asUtf8String())
          .containsExactly("new");
    }
  }
}
