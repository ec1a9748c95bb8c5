package pinflow.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayTest {
  private static final int MIB = 1024 * 1024;
  private static final Duration DEADLINE = Duration.ofSeconds(3);

  @TempDir static Path folder;
  private static Rig rig;

  @BeforeAll
  static void start() {
    rig = Rig.start(folder, GatewayTest::small);
  }

  private static GatewayConfig small(GatewayConfig config) {
    return new GatewayConfig(
        config.host(),
        config.port(),
        config.bootstrap(),
        MIB,
        2 * MIB,
        100,
        DEADLINE,
        config.idempotencyWindow(),
        config.idempotencyKeys(),
        config.consumerInstances());
  }

  @AfterAll
  static void stop() {
    rig.close();
  }

  @Test
  void recordsAreKeptAsTheyWereSent() throws Exception {
    String topic = rig.topic(1);
    String value = "{ \"b\" : 1.0, \"a\":\"\\u00e9é\\/😀\", \"b\":1e2,\n\"c\":[ ] }";
    assertThat(
            rig.produce(
                    topic,
                    "{\"records\":[{\"key\": 17 ,\"value\":" + value + " },{\"key\":\"17\"}]}")
                .statusCode())
        .isEqualTo(200);

    assertThat(rig.read(topic))
        .extracting(r -> text(r.key()), r -> text(r.value()))
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("17", value),
            org.assertj.core.groups.Tuple.tuple("\"17\"", null));
  }

  private static @Nullable String text(byte @Nullable [] bytes) {
    return bytes == null ? null : new String(bytes, UTF_8);
  }

  @Test
  void onAFullDiskNothingIsTakenUntilThereIsRoom() throws Exception {
    String topic = rig.topic(1);
    String one = "{\"records\":[{\"value\":1}]}";
    rig.freeBytes(999_999);
    Rig.until(() -> rig.produce(topic, one, "Idempotency-Key", "full").statusCode() == 507);
    long written = rig.read(topic).size();
    HttpResponse<String> refused = rig.produce(topic, one, "Idempotency-Key", "another");
    assertThat(refused.statusCode()).isEqualTo(507);
    assertThat(refused.headers().firstValue("Retry-After")).contains("5");
    assertThat(refused.body()).contains("kafka.reserve-bytes", "Nothing was written");
    assertThat(rig.get("/health/ready").body()).contains("kafka.reserve-bytes");
    assertThat(rig.read(topic)).hasSize((int) written);

    rig.freeBytes(Long.MAX_VALUE);
    Rig.until(() -> rig.produce(topic, one, "Idempotency-Key", "full").statusCode() == 200);
    assertThat(rig.read(topic)).hasSize(1);
  }

  @Test
  void theKeyChoosesThePartition() throws Exception {
    String topic = rig.topic(3);
    String records =
        IntStream.range(0, 60)
            .mapToObj(i -> "{\"key\":" + i % 20 + ",\"value\":" + i + "}")
            .collect(Collectors.joining(","));
    assertThat(rig.produce(topic, "{\"records\":[" + records + "]}").statusCode()).isEqualTo(200);

    Map<String, Long> partitionsOfKey =
        rig.read(topic).stream()
            .collect(
                Collectors.groupingBy(
                    r -> new String(r.key(), UTF_8),
                    Collectors.mapping(
                        ConsumerRecord::partition,
                        Collectors.collectingAndThen(Collectors.toSet(), s -> (long) s.size()))));
    assertThat(partitionsOfKey)
        .hasSize(20)
        .allSatisfy((key, partitions) -> assertThat(partitions).isOne());
    assertThat(rig.read(topic)).extracting(ConsumerRecord::partition).contains(0, 1, 2);
  }

  @Test
  void recordsAreAcknowledgedByAllReplicas() throws Exception {
    String topic = rig.topic(1);
    rig.produce(topic, "{\"records\":[{\"value\":1}]}");
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", rig.bootstrap()))) {
      TopicPartition partition = new TopicPartition(topic, 0);
      // An idempotent producer wrote it, and Kafka's client refuses to be one with less than
      // acks=all.
      assertThat(
              admin
                  .describeProducers(List.of(partition))
                  .partitionResult(partition)
                  .get()
                  .activeProducers())
          .hasSize(1);
    }
  }

  @Test
  void aRecordOverTheTopicsLimitFailsAlone() throws Exception {
    String topic = rig.topic(1, Map.of("max.message.bytes", "1000"));
    String large = "{\"value\":\"" + "x".repeat(2000) + "\"}";
    HttpResponse<String> some =
        rig.produce(topic, "{\"records\":[{\"value\":1}," + large + ",{\"value\":2}]}");
    assertThat(some.statusCode()).isEqualTo(200);
    assertThat(some.body()).contains("{\"partition\":null,\"offset\":null,\"error_code\":50002,");
    assertThat(rig.read(topic)).extracting(r -> text(r.value())).containsExactly("1", "2");

    HttpResponse<String> none = rig.produce(topic, "{\"records\":[" + large + "]}");
    assertThat(none.statusCode()).isEqualTo(413);
    assertThat(none.body()).contains("\"error_code\":413");
  }

  @Test
  void anAnnouncedBodyOverTheLimitIsRefusedBeforeItComes() throws Exception {
    try (Socket client = connect()) {
      send(client, head("/topics/any", 50L * MIB));
      assertThat(answer(client)).startsWith("HTTP/1.1 413").contains("gateway.max-request-bytes");
    }
  }

  @Test
  void aStreamedBodyOverTheLimitIsRefused() throws Exception {
    HttpResponse<String> answer =
        rig.send(
            rig.request("/topics/any")
                .header("Content-Type", Rig.JSON)
                .POST(
                    BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[3 * MIB])))
                .build());
    assertThat(answer.statusCode()).isEqualTo(413);
  }

  @Test
  void bodiesInFlightAreBounded() throws Exception {
    String topic = rig.topic(1);
    List<Socket> clients = List.of(connect(), connect(), connect());
    try {
      for (Socket client : clients) {
        send(client, head("/topics/" + topic, MIB) + " ".repeat(MIB - 100_000));
      }
      // Two such bodies are all that is held; the third, whichever it is, is refused.
      Rig.until(() -> answered(clients).isPresent());
      assertThat(answer(answered(clients).orElseThrow()))
          .startsWith("HTTP/1.1 429")
          .contains("Retry-After: 1");
    } finally {
      for (Socket client : clients) {
        client.close();
      }
    }
    Rig.until(() -> rig.produce(topic, "{\"records\":[{\"value\":1}]}").statusCode() == 200);
  }

  private static Optional<Socket> answered(List<Socket> clients) throws IOException {
    for (Socket client : clients) {
      if (client.getInputStream().available() > 0) {
        return Optional.of(client);
      }
    }
    return Optional.empty();
  }

  @Test
  void aBodyThatDoesNotComeIsGivenUp() throws Exception {
    try (Socket client = connect()) {
      send(client, head("/topics/any", 100) + "{");
      assertThat(answer(client)).startsWith("HTTP/1.1 408");
    }
  }

  @Test
  void manyRecordsCostMemoryToo() throws Exception {
    String records = "{},".repeat(100_000) + "{}";
    assertThat(rig.produce(rig.topic(1), "{\"records\":[" + records + "]}").statusCode())
        .isEqualTo(413);
  }

  @Test
  void requestsMayBePipelined() throws Exception {
    String topic = rig.topic(1);
    String body = "{\"records\":[{\"value\":1}]}";
    try (Socket client = connect()) {
      String request = head("/topics/" + topic, body.length()) + body;
      send(client, request + request + request.replace("keep-alive", "close"));
      String answers = new String(client.getInputStream().readAllBytes(), UTF_8);
      assertThat(answers.indexOf("\"offset\":0"))
          .isPositive()
          .isLessThan(answers.indexOf("\"offset\":1"));
      assertThat(answers.indexOf("\"offset\":2")).isGreaterThan(answers.indexOf("\"offset\":1"));
    }
  }

  @Test
  void largeHeadersAreRefusedInTheDialect() throws Exception {
    HttpResponse<String> answer =
        rig.send(rig.request("/topics").header("X-Large", "x".repeat(50_000)).build());
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).startsWith("{\"error_code\":400,");
  }

  @Test
  void connectionsAreBounded() throws Exception {
    Socket[] clients = new Socket[110];
    try {
      for (int i = 0; i < clients.length; i++) {
        clients[i] = connect();
      }
      assertThat(clients[clients.length - 1].getInputStream().read()).isEqualTo(-1);
    } finally {
      for (Socket client : clients) {
        if (client != null) {
          client.close();
        }
      }
    }
    Rig.until(() -> rig.get("/health/live").statusCode() == 200);
  }

  @Test
  void connectionsThatBecomeHttp2AreCountedOnce() throws Exception {
    for (int i = 0; i < 110; i++) {
      try (Socket client = connect()) {
        send(
            client,
            "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
        assertThat(client.getInputStream().readNBytes(12)).asString(UTF_8).endsWith(" 101");
      }
    }
    Rig.until(() -> rig.get("/health/live").statusCode() == 200);
  }

  @Test
  void aTakenPortIsNamed() {
    int taken = rig.gateway().url().getPort();
    assertThatThrownBy(
            () -> Gateway.start(small(GatewayConfig.of("127.0.0.1", taken, rig.bootstrap()))))
        .isInstanceOf(GatewayException.class)
        .hasMessageContaining("Port " + taken + " is taken")
        .hasMessageContaining("gateway.port");
  }

  @Test
  void aSettingOutOfRangeIsNamed() {
    assertThatThrownBy(() -> GatewayConfig.of("0.0.0.0", 8082, "127.0.0.1:9092"))
        .hasMessageContaining("gateway.host is 0.0.0.0");
    assertThatThrownBy(() -> GatewayConfig.of("127.0.0.1", 70_000, "127.0.0.1:9092"))
        .hasMessageContaining("gateway.port is 70000");
    assertThatThrownBy(() -> Gateway.start(GatewayConfig.of("127.0.0.1", 0, "nowhere")))
        .isInstanceOf(GatewayException.class)
        .hasMessageContaining("gateway.bootstrap is 'nowhere'");
  }

  private static String head(String path, long length) {
    return "POST %s HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
        .formatted(path, Rig.JSON, length);
  }

  private static Socket connect() throws IOException {
    Socket socket = new Socket("127.0.0.1", rig.gateway().url().getPort());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(UTF_8));
    socket.getOutputStream().flush();
  }

  /** Up to the end of the first body, which is a JSON object. */
  private static String answer(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    StringBuilder text = new StringBuilder();
    for (int c = in.read(); c >= 0; c = in.read()) {
      text.append((char) c);
      if (c == '}') {
        break;
      }
    }
    return text.toString();
  }
}
