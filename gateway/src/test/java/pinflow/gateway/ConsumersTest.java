package pinflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsumersTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

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
                    c.maxRequestBytes(),
                    c.maxInFlightBytes(),
                    c.maxConnections(),
                    c.requestDeadline(),
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
