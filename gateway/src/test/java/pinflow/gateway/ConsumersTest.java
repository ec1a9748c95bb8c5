package pinflow.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsumersTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final long MIB = 1024 * 1024;
  private static final Duration DEADLINE = Duration.ofSeconds(6);

  @TempDir static Path folder;
  private static Rig rig;

  @BeforeAll
  static void start() {
    rig =
        Rig.start(
            folder,
            c ->
                new GatewayConfig(
                    c.host(),
                    c.port(),
                    c.bootstrap(),
                    8 * MIB,
                    24 * MIB,
                    c.maxConnections(),
                    DEADLINE,
                    c.idempotencyWindow(),
                    c.idempotencyKeys(),
                    2));
  }

  @AfterAll
  static void stop() {
    rig.close();
  }

  @Test
  void readsAreBoundedAndTogetherGiveEachRecordOnce() throws Exception {
    String topic = rig.topic(1);
    String value = "x".repeat(10_000);
    String records =
        IntStream.range(0, 50)
            .mapToObj(i -> "{\"key\":" + i + ",\"value\":\"" + value + "\"}")
            .collect(Collectors.joining(","));
    rig.produce(topic, "{\"records\":[" + records + "]}");
    String instance = create(topic, "one");

    List<Integer> read = new ArrayList<>();
    while (read.size() < 25) {
      read.addAll(read(instance, 25_000));
    }
    assertThat(read(instance, 100)).as("one that is larger than asked for").hasSize(1);
    assertThat(send("POST", instance + "/offsets", "").statusCode()).isEqualTo(200);
    assertThat(send("DELETE", instance, "").statusCode()).isEqualTo(204);

    String next = create(topic, "two");
    List<Integer> rest = read(next, 10_000_000);
    assertThat(rest.get(0)).isEqualTo(read.get(read.size() - 1) + 2);
    assertThat(rest.get(rest.size() - 1)).isEqualTo(49);
    assertThat(read).isEqualTo(IntStream.range(0, read.size()).boxed().toList());
    assertThat(send("DELETE", next, "").statusCode()).isEqualTo(204);
  }

  @Test
  void instancesAreBounded() throws Exception {
    List<String> instances = new ArrayList<>();
    HttpResponse<String> answer = send("POST", "/consumers/g", "");
    while (answer.statusCode() == 200) {
      instances.add(MAPPER.readTree(answer.body()).get("instance_id").textValue());
      answer = send("POST", "/consumers/g", "");
    }
    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(instances).hasSizeLessThanOrEqualTo(2);
    for (String instance : instances) {
      assertThat(send("DELETE", "/consumers/g/instances/" + instance, "").statusCode())
          .isEqualTo(204);
    }
  }

  @Test
  void whileReadsWaitEachIsAnsweredInTimeAndADeleteIsNotHeldUp() throws Exception {
    String topic = rig.topic(1);
    String instance = create(topic, "one");
    long start = System.nanoTime();
    List<CompletableFuture<HttpResponse<String>>> reads = startReads(instance, 4);
    for (CompletableFuture<HttpResponse<String>> read : reads) {
      assertThat(read.join().statusCode()).isIn(200, 503);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(DEADLINE.plusSeconds(2));

    start = System.nanoTime();
    List<CompletableFuture<HttpResponse<String>>> more = startReads(instance, 20);
    Rig.until(() -> more.stream().anyMatch(CompletableFuture::isDone));
    assertThat(CompletableFuture.anyOf(more.toArray(CompletableFuture<?>[]::new)).join())
        .extracting(answer -> ((HttpResponse<?>) answer).statusCode())
        .as("more than may wait")
        .isEqualTo(429);
    assertThat(send("DELETE", instance, "").statusCode()).isEqualTo(204);
    assertThat(more.stream().map(read -> read.join().statusCode())).contains(404, 429);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", rig.bootstrap()))) {
      String group = "group-of-" + topic;
      assertThat(admin.describeConsumerGroups(List.of(group)).all().get().values())
          .singleElement()
          .satisfies(described -> assertThat(described.members()).isEmpty());
    }
  }

  private static List<CompletableFuture<HttpResponse<String>>> startReads(
      String instance, int reads) {
    return IntStream.range(0, reads)
        .mapToObj(
            i ->
                rig.http()
                    .sendAsync(
                        rig.request(instance + "/records?timeout=20000").build(),
                        BodyHandlers.ofString()))
        .toList();
  }

  @Test
  void whatAClientDidNotWaitForIsReadByTheNext() throws Exception {
    String topic = rig.topic(1);
    String instance = create(topic, "one");
    read(instance, 1000);
    try (Socket client = connect()) {
      get(client, instance + "/records?timeout=4000");
    }
    rig.produce(topic, "{\"records\":[{\"key\":7,\"value\":1}]}");
    List<Integer> keys = new ArrayList<>();
    Rig.until(
        () -> {
          keys.addAll(read(instance, 10_000));
          return !keys.isEmpty();
        });
    assertThat(keys).containsExactly(7);
    send("DELETE", instance, "");
  }

  @Test
  void anAnswerThatIsNotTakenCountsAsHeld() throws Exception {
    String topic = rig.topic(1);
    // More than a socket takes by itself.
    rig.produce(topic, "{\"records\":[{\"value\":\"" + "x".repeat(8_000_000) + "\"}]}");
    String lazy = create(topic, "lazy");
    String other = create(topic, "other");
    String large = "/records?timeout=4000&max_bytes=" + 20 * MIB;
    try (Socket client = new Socket()) {
      client.setReceiveBufferSize(4096);
      client.connect(new InetSocketAddress("127.0.0.1", rig.gateway().url().getPort()));
      get(client, lazy + large);
      assertThat(client.getInputStream().read()).isEqualTo('H');
      assertThat(rig.get(other + large).statusCode()).isEqualTo(429);
    }
    Rig.until(
        () -> rig.get(other + large.replace("timeout=4000", "timeout=0")).statusCode() == 200);
    send("DELETE", lazy, "");
    send("DELETE", other, "");
  }

  @Test
  void whatMakesNoSenseIsNamed() throws Exception {
    String consumers = "/consumers/g-" + UUID.randomUUID();
    assertThat(send("POST", consumers, "{\"name\":\"\"}").statusCode()).isEqualTo(422);
    assertThat(send("POST", "/consumers/%20", "").statusCode()).isEqualTo(422);
    assertThat(send("POST", consumers, "{\"name\":\"i\"}").statusCode()).isEqualTo(200);
    String instance = consumers + "/instances/i";
    assertThat(rig.get(instance + "/records").body()).contains("40903").contains("subscribed");
    assertThat(rig.get(instance + "/records?timeout=soon").statusCode()).isEqualTo(400);
    for (String topics : List.of("null", "[null]", "[\"\"]")) {
      assertThat(
              send("POST", instance + "/subscription", "{\"topics\":" + topics + "}").statusCode())
          .as(topics)
          .isEqualTo(422);
    }
    for (String offset :
        List.of(
            "null",
            "{}",
            "{\"topic\":\"\",\"partition\":0,\"offset\":0}",
            "{\"topic\":\"t\",\"partition\":-1,\"offset\":0}",
            "{\"topic\":\"t\",\"partition\":0,\"offset\":9223372036854775807}")) {
      assertThat(send("POST", instance + "/offsets", "{\"offsets\":[" + offset + "]}").statusCode())
          .as(offset)
          .isEqualTo(422);
    }
    assertThat(send("DELETE", instance, "").statusCode()).isEqualTo(204);
  }

  private static Socket connect() throws IOException {
    return new Socket("127.0.0.1", rig.gateway().url().getPort());
  }

  private static void get(Socket client, String path) throws IOException {
    client
        .getOutputStream()
        .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(US_ASCII));
  }

  private static String create(String topic, String name) throws Exception {
    String group = "/consumers/group-of-" + topic;
    assertThat(
            send(
                    "POST",
                    group,
                    "{\"name\":\""
                        + name
                        + "\",\"format\":\"json\",\"auto.offset.reset\":\"earliest\",\"auto.commit.enable\":\"false\"}")
                .statusCode())
        .isEqualTo(200);
    String instance = group + "/instances/" + name;
    assertThat(
            send("POST", instance + "/subscription", "{\"topics\":[\"" + topic + "\"]}")
                .statusCode())
        .isEqualTo(204);
    return instance;
  }

  /** The keys of the records read. */
  private static List<Integer> read(String instance, int maxBytes) throws Exception {
    HttpResponse<String> answer = rig.get(instance + "/records?max_bytes=" + maxBytes);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    List<Integer> keys = new ArrayList<>();
    for (JsonNode record : MAPPER.readTree(answer.body())) {
      keys.add(record.get("key").intValue());
    }
    assertThat(keys).hasSizeLessThanOrEqualTo(Math.max(1, maxBytes / 10_000));
    return keys;
  }

  private static HttpResponse<String> send(String method, String path, String body)
      throws Exception {
    return rig.send(
        rig.request(path)
            .header("Content-Type", "application/vnd.kafka.v2+json")
            .method(method, BodyPublishers.ofString(body))
            .build());
  }
}
