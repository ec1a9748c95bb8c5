package pinflow.source.emulate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import pinflow.source.SourceException;
import pinflow.source.SourceTable;

/** The streams that the emulator sends to, made if they are missing. */
public final class Streams {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  private Streams() {}

  /**
   * Returns when all take records.
   *
   * @param shards of those that are made
   * @throws SourceException when one cannot be made, or is not there in time
   */
  public static void create(Settings settings, int shards) {
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    for (SourceTable table : SourceTable.values()) {
      URI stream = settings.at("/streams/" + settings.target(table));
      String made = "{\"ShardCount\":" + shards + "}";
      HttpRequest create =
          settings
              .request("POST", stream, made.getBytes(StandardCharsets.UTF_8))
              .timeout(ANSWER_LIMIT)
              .header("Content-Type", "application/json")
              .build();
      JsonNode answer = answer(http, create, settings);
      String type = answer.path("__type").asText();
      if (!type.isEmpty() && !type.equals("ResourceInUseException")) {
        throw new SourceException(
            "The stream %s could not be made: %s: %s"
                .formatted(settings.target(table), type, answer.path("message").asText()));
      }
    }
    for (SourceTable table : SourceTable.values()) {
      awaitActive(http, settings, table);
    }
  }

  private static void awaitActive(HttpClient http, Settings settings, SourceTable table) {
    HttpRequest describe =
        settings
            .request("GET", settings.at("/streams/" + settings.target(table)), new byte[0])
            .timeout(ANSWER_LIMIT)
            .build();
    RetryPolicy<String> again =
        RetryPolicy.<String>builder()
            .handleResultIf(status -> !"ACTIVE".equals(status))
            .withMaxRetries(-1)
            .withMaxDuration(settings.giveUpAfter())
            .withDelay(LOOK_AGAIN)
            .build();
    String status =
        Failsafe.with(again)
            .get(
                () ->
                    answer(http, describe, settings)
                        .at("/StreamDescription/StreamStatus")
                        .asText());
    if (!status.equals("ACTIVE")) {
      throw new SourceException(
          "The stream %s is %s, and not ACTIVE within %d s. See whether the gateway's log says why."
              .formatted(
                  settings.target(table),
                  status.isEmpty() ? "not there" : status,
                  settings.giveUpAfter().toSeconds()));
    }
  }

  /** Asks again while the gateway is away or has no answer. */
  private static JsonNode answer(HttpClient http, HttpRequest request, Settings settings) {
    RetryPolicy<HttpResponse<byte[]>> again =
        RetryPolicy.<HttpResponse<byte[]>>builder()
            .handle(IOException.class)
            .handleResultIf(response -> response.statusCode() >= 500)
            .withMaxRetries(-1)
            .withMaxDuration(settings.giveUpAfter())
            .withDelay(LOOK_AGAIN)
            .build();
    try {
      HttpResponse<byte[]> response =
          Failsafe.with(again).get(() -> http.send(request, BodyHandlers.ofByteArray()));
      return JSON.readTree(response.body());
    } catch (FailsafeException e) {
      if (e.getCause() instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      throw unreachable(settings, e.getCause() == null ? e : e.getCause());
    } catch (IOException e) {
      throw unreachable(settings, e);
    }
  }

  private static SourceException unreachable(Settings settings, Throwable cause) {
    return new SourceException(
        "The streams could not be made: no answer from the gateway %s: %s. Check its address, and whether it runs."
            .formatted(settings.gateway(), cause),
        cause);
  }
}
