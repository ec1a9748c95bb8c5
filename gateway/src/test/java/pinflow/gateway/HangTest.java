package pinflow.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker that takes requests and does not answer: the worst case, in which nobody knows what is
 * written.
 */
@Tag("slow")
class HangTest {
  private static final Duration DEADLINE = Duration.ofSeconds(2);
  private static final String THREE =
      "{\"records\":[{\"value\":\"a\"},{\"value\":\"b\"},{\"value\":\"c\"}]}";

  @TempDir Path folder;

  @Test
  void nothingIsAcknowledgedBeforeTheBrokerDoesAndARepeatWritesNothingTwice() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(folder);
        Rig rig = Rig.before(broker.bootstrap(), HangTest::impatient)) {
      String topic = rig.topic(1);
      assertThat(rig.produce(topic, THREE, "Idempotency-Key", "first").statusCode()).isEqualTo(200);
      assertThat(rig.produce(topic, THREE).statusCode()).isEqualTo(200);

      broker.hang();
      for (int attempt = 0; attempt < 3; attempt++) {
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
        c.maxRequestBytes(),
        c.maxInFlightBytes(),
        c.maxConnections(),
        DEADLINE,
        c.idempotencyWindow(),
        c.idempotencyKeys(),
        c.consumerInstances());
  }
}
