package pinflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class OutageTest {
  private static final Duration DEADLINE = Duration.ofSeconds(3);
  private static final String ONE = "{\"records\":[{\"value\":1}]}";

  @TempDir Path folder;

  @Test
  void whileTheBrokerIsAwayNothingIsAcknowledgedAndAfterwardsNothingIsTwice() throws Exception {
    try (Rig rig = Rig.start(folder, OutageTest::impatient)) {
      String topic = rig.topic(1);
      assertThat(rig.produce(topic, ONE, "Idempotency-Key", "before").statusCode()).isEqualTo(200);
      rig.stopBroker();

      for (int attempt = 0; attempt < 2; attempt++) {
        long start = System.nanoTime();
        HttpResponse<String> away = rig.produce(topic, ONE, "Idempotency-Key", "during");
        assertThat(away.statusCode()).isEqualTo(503);
        assertThat(away.headers().firstValue("Retry-After")).isPresent();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(DEADLINE.plusSeconds(1));
      }
      assertThat(rig.get("/health/ready").statusCode()).isEqualTo(503);
      assertThat(rig.get("/health/live").statusCode()).isEqualTo(200);
      assertThat(rig.get("/topics").statusCode()).isEqualTo(503);
      // A gateway that starts without a broker waits for it.
      try (Gateway early =
          Gateway.start(impatient(GatewayConfig.of("127.0.0.1", 0, rig.bootstrap())))) {
        assertThat(early.url().getPort()).isPositive();
      }

      rig.startBroker();
      rig.awaitReady();
      Rig.until(() -> rig.produce(topic, ONE, "Idempotency-Key", "during").statusCode() == 200);
      assertThat(
              rig.produce(topic, ONE, "Idempotency-Key", "before")
                  .headers()
                  .firstValue("Idempotency-Replayed"))
          .isPresent();
      assertThat(rig.read(topic)).hasSize(2);
      rig.restartGateway();
      assertThat(rig.produce(topic, ONE, "Idempotency-Key", "during").statusCode()).isEqualTo(200);
      assertThat(rig.read(topic)).hasSize(2);
    }
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
