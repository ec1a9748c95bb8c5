package pinflow.gateway.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.gateway.Rig;

/** The paths of an API Gateway before Kinesis; contracts: kinesis has their shapes. */
class RestStreamsTest {
  private static final String ONE = "{\"Data\":{\"ind\":1},\"PartitionKey\":\"k\"}";

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

  private static String stream(int shards) throws Exception {
    String name = "stream-" + UUID.randomUUID();
    assertThat(send("POST", "/streams/" + name, "{\"ShardCount\":" + shards + "}").statusCode())
        .isEqualTo(200);
    Rig.until(() -> rig.get("/streams/" + name).body().contains("\"ACTIVE\""));
    return name;
  }

  private static HttpResponse<String> send(
      String method, String path, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        rig.request(path)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body));
    return rig.send((headers.length == 0 ? request : request.headers(headers)).build());
  }

  @Test
  void aRecordIsTheTextOfItsData() throws Exception {
    String stream = stream(1);
    String data = "{ \"b\" : 1.0, \"a\":\"\\u00e9é\\/😀\", \"b\":1e2,\n\"c\":[ ] }";
    String path = "/dev/streams/" + stream + "/record";
    send("PUT", path, "{\"StreamName\":\"not-this\",\"Data\":" + data + ",\"PartitionKey\":7}");
    send("POST", path, "{\"data\":\"{\\\"a\\\":1}\",\"partition-key\":\"k\"}");
    send(
        "POST",
        "/streams/" + stream + "/records",
        "{\"Records\":[{\"data\":\"some \\\"data\",\"partition-key\":\"k\"},{\"Data\":"
            + data
            + ",\"PartitionKey\":\"k\",\"more\":[{}]}]}");
    assertThat(rig.read("_stream." + stream))
        .extracting(record -> new String(record.value(), UTF_8))
        .containsExactly(data, "\"{\\\"a\\\":1}\"", "some \"data", data);
    assertThat(new String(rig.read("_stream." + stream).get(0).key(), UTF_8)).isEqualTo("7");
  }

  @Test
  void aRepeatedRequestWritesOnceAlsoAfterARestart() throws Exception {
    String stream = stream(4);
    String path = "/streams/" + stream + "/records";
    String three =
        "{\"records\":[{\"data\":{},\"partition-key\":\"a\"},{\"data\":{},\"partition-key\":\"b\"},{\"data\":{},\"partition-key\":\"c\"}]}";
    HttpResponse<String> first = send("PUT", path, three, "Idempotency-Key", "key");
    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(
            IntStream.range(0, 20)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> repeated(path, three)))
                .toList())
        .allSatisfy(again -> assertThat(again.join().body()).isEqualTo(first.body()));
    rig.restartGateway();
    assertThat(send("PUT", path, three, "Idempotency-Key", "key").body()).isEqualTo(first.body());
    HttpResponse<String> other = send("PUT", path, three + " ", "Idempotency-Key", "key");
    assertThat(other.statusCode()).isEqualTo(400);
    assertThat(other.body()).contains("IdempotentParameterMismatchException");
    assertThat(rig.read("_stream." + stream)).hasSize(3);
  }

  private static HttpResponse<String> repeated(String path, String body) {
    try {
      return send("PUT", path, body, "Idempotency-Key", "key");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aRepeatedRequestIsTheSameAfterItsShardWasSplit() throws Exception {
    String stream = stream(1);
    String path = "/streams/" + stream + "/record";
    HttpResponse<String> first = send("PUT", path, ONE, "Idempotency-Key", "key");
    try (var kinesis = Client.of(rig)) {
      kinesis.splitShard(
          r -> r.streamName(stream).shardToSplit("shardId-000000000000").newStartingHashKey("7"));
      Client.awaitActive(kinesis, stream);
    }
    assertThat(send("PUT", path, ONE, "Idempotency-Key", "key").body()).isEqualTo(first.body());
    assertThat(rig.read("_stream." + stream)).hasSize(1);
  }

  @Test
  void aRecordMayHaveAMebibyte() throws Exception {
    String stream = stream(1);
    String path = "/streams/" + stream + "/record";
    String body = "{\"Data\":\"%s\",\"PartitionKey\":\"k\"}";
    String fits = "x".repeat(1_048_574); // and its quotes
    assertThat(send("PUT", path, body.formatted(fits)).statusCode()).isEqualTo(200);
    HttpResponse<String> tooLarge = send("PUT", path, body.formatted(fits + "x"));
    assertThat(tooLarge.statusCode()).isEqualTo(400);
    assertThat(tooLarge.body())
        .contains("ValidationException", "'data'", "less than or equal to 1048576");
  }

  @Test
  void theKafkaDoorDoesNotSeeStreams() throws Exception {
    String stream = stream(1);
    assertThat(rig.get("/topics").body()).doesNotContain(stream);
    assertThat(rig.produce("_stream." + stream, "{\"records\":[{\"value\":1}]}").statusCode())
        .isEqualTo(404);
    String topic = rig.topic(1);
    assertThat(rig.get("/streams").body()).contains(stream).doesNotContain(topic);
    assertThat(send("PUT", "/streams/" + topic + "/record", ONE).body())
        .contains("ResourceNotFoundException");
  }

  @Test
  void onAFullDiskNothingIsTaken() throws Exception {
    String stream = stream(1);
    String path = "/streams/" + stream + "/record";
    rig.freeBytes(999_999);
    try {
      Rig.until(() -> send("PUT", path, ONE).statusCode() == 503);
      HttpResponse<String> refused = send("PUT", path, ONE);
      assertThat(refused.body()).contains("ServiceUnavailable", "kafka.reserve-bytes");
      assertThat(refused.headers().firstValue("Retry-After")).contains("1");
    } finally {
      rig.freeBytes(Long.MAX_VALUE);
    }
    Rig.until(() -> send("PUT", path, ONE).statusCode() == 200);
  }
}
