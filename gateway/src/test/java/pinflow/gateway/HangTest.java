package pinflow.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker that takes requests and does not answer: the worst case, in which nobody knows what is
 * written.
 */
@Tag("slow")
class HangTest {
  private static final Duration DEADLINE = Duration.ofSeconds(4);
  private static final int MIB = 1024 * 1024;
  private static final String THREE =
      "{\"records\":[{\"value\":\"a\"},{\"value\":\"b\"},{\"value\":\"c\"}]}";

  @TempDir static Path folder;
  private static BrokerProcess broker;
  private static Rig rig;

  @BeforeAll
  static void start() throws IOException {
    broker = BrokerProcess.start(folder);
    rig = Rig.before(broker.bootstrap(), HangTest::impatient);
  }

  @AfterEach
  void goOn() throws Exception {
    broker.goOn();
    rig.awaitReady();
  }

  @AfterAll
  static void stop() {
    rig.close();
    broker.close();
  }

  @Test
  void nothingIsAcknowledgedBeforeTheBrokerDoesAndARepeatWritesNothingTwice() throws Exception {
    String topic = rig.topic(1);
    assertThat(rig.produce(topic, THREE, "Idempotency-Key", "first").statusCode()).isEqualTo(200);
    assertThat(rig.produce(topic, THREE).statusCode()).isEqualTo(200);

    broker.hang();
    for (int attempt = 0; attempt < 2; attempt++) {
      long start = System.nanoTime();
      HttpResponse<String> late = rig.produce(topic, THREE, "Idempotency-Key", "late");
      assertThat(late.statusCode()).isEqualTo(503);
      assertThat(late.headers().firstValue("Retry-After")).contains("1");
      assertThat(late.body())
          .contains("\"error_code\":50003")
          .contains("A retry with the same Idempotency-Key is safe");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(DEADLINE.plusSeconds(1));
    }
    HttpResponse<String> plain = rig.produce(topic, THREE);
    assertThat(plain.statusCode()).isEqualTo(503);
    assertThat(plain.body()).contains("a retry can write them twice");
    assertThat(rig.get("/health/ready").statusCode()).isEqualTo(503);

    broker.goOn();
    Rig.until(() -> rig.produce(topic, THREE, "Idempotency-Key", "late").statusCode() == 200);
    assertThat(
            rig.read(topic).stream()
                .filter(r -> isUnder(r.headers().lastHeader("idempotency-key"), "late")))
        .hasSize(3);
  }

  @Test
  void whoGoesAwayDoesNotFreeWhatTheGatewayStillHolds() throws Exception {
    broker.hang();
    byte[] body = new byte[MIB];
    Arrays.fill(body, (byte) ' ');
    for (int i = 0; i < 3; i++) {
      try (Socket client = new Socket("127.0.0.1", rig.gateway().url().getPort())) {
        String head =
            "POST /topics/nowhere-%d HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
                .formatted(i, Rig.JSON, body.length);
        client.getOutputStream().write(head.getBytes(UTF_8));
        client.getOutputStream().write(body);
        client.shutdownOutput();
        assertThat(client.getInputStream().read()).as("all is read").isEqualTo(-1);
      }
    }
    assertThat(rig.produce("nowhere", " ".repeat(MIB)).statusCode()).isEqualTo(429);
  }

  private static boolean isUnder(
      org.apache.kafka.common.header.@org.jspecify.annotations.Nullable Header header, String key) {
    return header != null && new String(header.value(), UTF_8).equals(key);
  }

  private static GatewayConfig impatient(GatewayConfig c) {
    return new GatewayConfig(
        c.host(),
        c.port(),
        c.bootstrap(),
        MIB,
        7 * MIB / 2,
        c.maxConnections(),
        DEADLINE,
        c.idempotencyWindow(),
        c.idempotencyKeys(),
        c.consumerInstances());
  }
}
