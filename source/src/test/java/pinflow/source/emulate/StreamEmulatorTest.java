package pinflow.source.emulate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.gateway.Gateway;
import pinflow.gateway.GatewayConfig;
import pinflow.gateway.kinesis.KinesisConfig;
import pinflow.gateway.log.Room;
import pinflow.platform.Broker;
import pinflow.source.SourceDatabase;
import pinflow.source.SourceException;
import pinflow.source.SourceTable;
import pinflow.source.TestDatabase;
import pinflow.source.generate.PostGenerator;

/** The emulator before a real gateway and its streams. */
class StreamEmulatorTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int POSTS = 600;

  @TempDir static Path folder;
  private static Broker broker;
  private static Gateway gateway;

  @TempDir private Path dir;
  private final SourceDatabase db = TestDatabase.empty();

  @BeforeAll
  static void start() {
    broker = Broker.start(folder, 0);
    gateway = Gateway.start(GatewayConfig.of("127.0.0.1", 0, broker.bootstrap()));
  }

  @AfterAll
  static void stop() {
    gateway.close();
    broker.close();
  }

  @AfterEach
  void close() {
    db.close();
  }

  @Test
  void eachRowIsPutOnceAlsoWhenTheGatewayIsStartedAnew() throws IOException {
    PostGenerator.fill(db, POSTS, 5, false);
    Settings settings = settings("a", OptionalLong.empty(), false);
    Streams.create(settings, 2);
    Streams.create(settings, 7); // those that are there stay as they are

    AtomicBoolean restarted = new AtomicBoolean();
    Summary summary =
        new Emulator(settings, db)
            .run(
                progress -> {
                  if (progress.posted() > 0 && restarted.compareAndSet(false, true)) {
                    int port = gateway.url().getPort();
                    gateway.close();
                    gateway =
                        Gateway.start(GatewayConfig.of("127.0.0.1", port, broker.bootstrap()));
                  }
                });

    assertThat(restarted).isTrue();
    assertThat(summary.problems()).isEmpty();
    assertThat(summary.posted()).isEqualTo(db.counts());
    Set<String> written = new TreeSet<>();
    for (SourceTable table : SourceTable.values()) {
      List<ConsumerRecord<byte[], byte[]>> records = read("_stream.streaming-a-" + table.suffix());
      List<String> expected = new ArrayList<>();
      db.rows(table).forEachRemaining(row -> expected.add(row.ind() + " " + row.value()));
      assertThat(records)
          .extracting(record -> text(record.key()) + " " + parse(record.value()))
          .containsExactlyInAnyOrderElementsOf(expected);
      assertThat(records).extracting(ConsumerRecord::partition).contains(0, 1).doesNotContain(2);
      records.forEach(
          record ->
              written.add(
                  "streaming-a-%s %s %d %d"
                      .formatted(
                          table.suffix(),
                          text(record.key()),
                          record.partition(),
                          record.offset())));
    }
    assertThat(receipts(settings.journal())).isEqualTo(written);
  }

  @Test
  void whatIsMissingIsPutByAResumedRun() throws IOException {
    PostGenerator.fill(db, 20, 5, false);
    Settings settings = settings("b", OptionalLong.of(10), false);
    Summary first = new Emulator(settings, db).run(progress -> {});
    assertThat(first.postedRecords()).isZero();
    assertThat(first.problems())
        .allSatisfy(
            problem ->
                assertThat(problem)
                    .contains("ResourceNotFoundException", "streaming-b-", "not found"));

    Streams.create(settings, 1);
    Summary second = new Emulator(settings("b", OptionalLong.of(10), true), db).run(progress -> {});
    assertThat(second.run()).isEqualTo(first.run());
    assertThat(second.complete()).isTrue();
    Summary third = new Emulator(settings("b", OptionalLong.of(10), true), db).run(progress -> {});
    assertThat(third.postedRecords()).isZero();
    assertThat(third.before()).isEqualTo(second.posted());
  }

  @Test
  void aGatewayThatIsAwayMakesNoStreams() {
    Settings settings =
        new Settings(
            Dialect.KINESIS,
            URI.create("http://127.0.0.1:1"),
            "c",
            OptionalLong.empty(),
            OptionalDouble.empty(),
            1,
            false,
            dir.resolve("stream.jsonl"),
            false,
            Duration.ofSeconds(1),
            null);
    assertThatThrownBy(() -> Streams.create(settings, 1))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("no answer from the gateway http://127.0.0.1:1");
    assertThatThrownBy(() -> Streams.create(settings("c", OptionalLong.of(1), false), 0))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("greater than or equal to 1");
  }

  @Test
  void aGatewayThatTakesSignedRequestsOnlyIsServed() {
    PostGenerator.fill(db, 20, 5, false);
    gateway.close();
    gateway =
        Gateway.start(
            GatewayConfig.of("127.0.0.1", 0, broker.bootstrap()),
            new KinesisConfig("eu-west-1", "none", "AKIDEXAMPLE", "a secret", 1),
            Room.ENDLESS);
    Settings unsigned = settings("d", OptionalLong.empty(), false);
    assertThatThrownBy(() -> Streams.create(unsigned, 1))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("MissingAuthenticationToken");
    assertThat(new Emulator(unsigned, db).run(progress -> {}).postedRecords()).isZero();
    Settings wrong = signed(new Signing("eu-west-1", "AKIDEXAMPLE", "another"));
    assertThatThrownBy(() -> Streams.create(wrong, 1)).hasMessageContaining("InvalidSignature");

    Settings signed = signed(new Signing("eu-west-1", "AKIDEXAMPLE", "a secret"));
    Streams.create(signed, 1);
    assertThat(new Emulator(signed, db).run(progress -> {}).posted()).isEqualTo(db.counts());

    gateway.close();
    gateway = Gateway.start(GatewayConfig.of("127.0.0.1", 0, broker.bootstrap()));
  }

  private Settings signed(Signing by) {
    return settings("d", OptionalLong.empty(), false, by);
  }

  private Settings settings(String id, OptionalLong posts, boolean resume) {
    return settings(id, posts, resume, null);
  }

  private Settings settings(
      String id, OptionalLong posts, boolean resume, @Nullable Signing signing) {
    return new Settings(
        Dialect.KINESIS,
        gateway.url().resolve("/dev"),
        id,
        posts,
        OptionalDouble.empty(),
        2,
        false,
        dir.resolve("emulate/stream.jsonl"),
        resume,
        Duration.ofSeconds(30),
        signing);
  }

  /** {@code stream ind shard offset}, of every line of the journal. */
  private static Set<String> receipts(Path journal) throws IOException {
    Set<String> receipts = new TreeSet<>();
    for (String text : Files.readAllLines(journal)) {
      JsonNode line = JSON.readTree(text);
      for (JsonNode receipt : line.path("receipts")) {
        String number = receipt.get(2).asText();
        receipts.add(
            "%s %d %d %d"
                .formatted(
                    line.get("topic").asText(),
                    receipt.get(0).asLong(),
                    Integer.parseInt(receipt.get(1).asText().substring("shardId-".length())),
                    Long.parseLong(number.substring(number.length() - 18)) - 1));
      }
    }
    return receipts;
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", (Object) broker.bootstrap()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, consumer.partitionsFor(topic).size())
              .mapToObj(partition -> new TopicPartition(topic, partition))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long end = consumer.endOffsets(partitions).values().stream().mapToLong(e -> e).sum();
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (records.size() < end && System.nanoTime() < deadline) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }

  /** However it spells what it escapes. */
  private static JsonNode parse(byte[] json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new IllegalStateException(text(json), e);
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }
}
