package pinflow.gateway;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.vertx.core.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import pinflow.gateway.kinesis.Kinesis;
import pinflow.gateway.log.Log;
import pinflow.gateway.log.Room;

/**
 * {@code GET /health/live}: 200 as long as the process answers. {@code GET /health/ready}: 200
 * {@code {"status":"ready"}}, or 503 {@code {"status":"not ready","reason":"…"}} until the
 * idempotency keys and the streams in the log are known, while no broker answers, and while the
 * disk is full.
 */
final class Health {
  private Health() {}

  static void register(Routes routes, Log log, Kinesis kinesis, Room room) {
    routes.add(
        HttpMethod.GET,
        "/health/live",
        exchange -> exchange.answer(json(200, "{\"status\":\"live\"}")));
    routes.add(
        HttpMethod.GET,
        "/health/ready",
        exchange ->
            log.notReady()
                .thenAccept(
                    reason ->
                        exchange.answer(
                            reason
                                .or(kinesis::notReady)
                                .or(room::missing)
                                .map(Health::notReady)
                                .orElse(json(200, "{\"status\":\"ready\"}")))));
  }

  private static Reply notReady(String reason) {
    return json(
        503,
        "{\"status\":\"not ready\",\"reason\":\""
            + new String(JsonStringEncoder.getInstance().quoteAsString(reason))
            + "\"}");
  }

  private static Reply json(int status, String body) {
    return Reply.of(status, "application/json", body.getBytes(StandardCharsets.UTF_8));
  }
}
