package pinflow.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdempotencyTest {
  private static final String KEY = "Idempotency-Key";
  private static final String THREE =
      "{\"records\":[{\"value\":\"a\"},{\"value\":\"b\"},{\"value\":\"c\"}]}";

  @TempDir static Path folder;
  private static Rig rig;

  @BeforeAll
  static void start() {
    rig = Rig.start(folder, config -> with(config, Duration.ofHours(1)));
  }

  private static GatewayConfig with(GatewayConfig c, Duration window) {
    return new GatewayConfig(
        c.host(),
        c.port(),
        c.bootstrap(),
        c.maxRequestBytes(),
        c.maxInFlightBytes(),
        c.maxConnections(),
        Duration.ofSeconds(2),
        window,
        c.idempotencyKeys(),
        0);
  }

  @AfterAll
  static void stop() {
    rig.close();
  }

  @Test
  void keyAndRecordAreOneAppend() throws Exception {
    String topic = rig.topic(1);
    rig.produce(topic, THREE, KEY, "k-1");

    assertThat(rig.read(topic))
        .extracting(r -> header(r, "idempotency-key"))
        .containsOnly("k-1")
        .hasSize(3);
    assertThat(rig.read(topic))
        .extracting(r -> header(r, "idempotency-part"))
        .containsExactly("0/3/" + sha256(THREE), "1/3/" + sha256(THREE), "2/3/" + sha256(THREE));
    assertThat(rig.read(topic))
        .extracting(ConsumerRecord::timestamp)
        .containsOnly(rig.read(topic).get(0).timestamp());
  }

  @Test
  void racingRepeatsWriteOnce() throws Exception {
    String topic = rig.topic(3);
    List<CompletableFuture<HttpResponse<String>>> racing =
        IntStream.range(0, 40)
            .mapToObj(
                i ->
                    rig.http()
                        .sendAsync(
                            rig.produceRequest(topic, THREE, KEY, "race"), BodyHandlers.ofString()))
            .toList();

    assertThat(racing.stream().map(CompletableFuture::join).toList())
        .allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(200))
        .extracting(HttpResponse::body)
        .containsOnly(racing.get(0).join().body());
    assertThat(
            racing.stream()
                .filter(
                    answer -> answer.join().headers().firstValue("Idempotency-Replayed").isEmpty()))
        .hasSize(1);
    assertThat(rig.read(topic)).hasSize(3);
  }

  @Test
  void aRestartForgetsNothing() throws Exception {
    String topic = rig.topic(3);
    HttpResponse<String> first = rig.produce(topic, THREE, KEY, "restart");
    rig.produce(topic, THREE);
    rig.restartGateway();

    HttpResponse<String> again = rig.produce(topic, THREE, KEY, "restart");
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(again.headers().firstValue("Idempotency-Replayed")).contains("true");
    assertThat(rig.produce(topic, "{\"records\":[{\"value\":1}]}", KEY, "restart").statusCode())
        .isEqualTo(422);
    assertThat(rig.read(topic)).hasSize(6);
  }

  /** The log's tail is read in steps of 10,000 records of a partition. */
  @Test
  void aRestartReadsBackSeveralSteps() throws Exception {
    String topic = rig.topic(2);
    HttpResponse<String> first = rig.produce(topic, THREE, KEY, "oldest");
    String many =
        IntStream.range(0, 6_000)
            .mapToObj(i -> "{\"value\":%d,\"partition\":%d}".formatted(i, i % 2))
            .collect(Collectors.joining(",", "{\"records\":[", "]}"));
    for (int i = 0; i < 7; i++) {
      assertThat(rig.produce(topic, many, KEY, "many-" + i).statusCode()).isEqualTo(200);
    }
    rig.restartGateway();

    assertThat(rig.produce(topic, THREE, KEY, "oldest").body()).isEqualTo(first.body());
    assertThat(rig.produce(topic, many, KEY, "many-6").headers().map())
        .containsKey("idempotency-replayed");
  }

  @Test
  void aRequestCutShortByACrashIsCompleted() throws Exception {
    String topic = rig.topic(2);
    try (var producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", (Object) rig.bootstrap()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int part : new int[] {2, 0}) {
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(
                topic, part / 2, null, ("\"" + "abc".charAt(part) + "\"").getBytes(UTF_8));
        record
            .headers()
            .add("idempotency-key", "crash".getBytes(UTF_8))
            .add("idempotency-part", (part + "/3/" + sha256(THREE)).getBytes(UTF_8));
        producer.send(record).get();
      }
    }
    rig.restartGateway();

    HttpResponse<String> completed = rig.produce(topic, THREE, KEY, "crash");
    assertThat(completed.statusCode()).isEqualTo(200);
    assertThat(completed.body())
        .startsWith("{\"offsets\":[{\"partition\":0,\"offset\":0,")
        .contains("{\"partition\":1,\"offset\":0,\"error_code\":null,\"error\":null}]");
    assertThat(rig.read(topic))
        .extracting(r -> new String(r.value(), UTF_8))
        .containsExactlyInAnyOrder("\"a\"", "\"b\"", "\"c\"");
    assertThat(rig.produce(topic, THREE, KEY, "crash").body()).isEqualTo(completed.body());
  }

  @Test
  void keysOfTopicsDoNotMeet() throws Exception {
    String one = rig.topic(1);
    String other = rig.topic(1);
    rig.produce(one, THREE, KEY, "same");
    assertThat(rig.produce(other, "{\"records\":[{\"value\":1}]}", KEY, "same").statusCode())
        .isEqualTo(200);
    assertThat(rig.read(other)).hasSize(1);
  }

  @Test
  void norThoseOfATopicMadeAnew() throws Exception {
    String topic = rig.topic(1);
    rig.produce(topic, THREE, KEY, "same");
    rig.recreate(topic);
    assertThat(rig.produce(topic, THREE, KEY, "same").headers().map())
        .doesNotContainKey("idempotency-replayed");
    assertThat(rig.read(topic)).hasSize(3);
    rig.restartGateway();
    assertThat(rig.produce(topic, THREE, KEY, "same").headers().map())
        .containsKey("idempotency-replayed");
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
