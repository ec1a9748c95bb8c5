package pinflow.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** Asks control of the running Pinflow, through its own API (docs/jobs.md). */
final class ControlClient {
  /** Of {@link Running#credentials}: part and name of the token. */
  static final String PART = "control";

  static final String TOKEN = "jobs_token";

  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(2);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_WITHIN)
          .build();
  private final String url;
  private final String token;
  private final Duration patience;

  private ControlClient(String url, String token, Duration patience) {
    this.url = url;
    this.token = token;
    this.patience = patience;
  }

  /**
   * @throws NotRunningException when none runs
   */
  static ControlClient of(Running running) {
    return of(running, ANSWER_WITHIN);
  }

  /**
   * @param patience for each answer
   */
  static ControlClient of(Running running, Duration patience) {
    return new ControlClient(
        Connections.required(running, PART),
        running.credentials().getOrDefault(PART, Map.of()).getOrDefault(TOKEN, ""),
        patience);
  }

  /**
   * @throws NotRunningException when none runs
   */
  static ControlClient of(StateFolder state) {
    return of(running(state));
  }

  static Running running(StateFolder state) {
    return Connections.running(state, "Runs are done by a running pinflow");
  }

  /** A piece of a run's log; {@code ended} when nothing follows. */
  record LogPiece(byte[] bytes, long next, boolean ended) {}

  /**
   * @throws UsageException when what was asked for is wrong
   * @throws RefusedException when there is no answer, or none that helps
   */
  JsonNode get(String path) {
    return json(send(request(path).GET().build()));
  }

  /** As {@link #get}. */
  JsonNode post(String path, ObjectNode body) {
    return json(
        send(
            request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString()))
                .build()));
  }

  /** As {@link #get}. */
  LogPiece log(long run, long offset) {
    HttpResponse<byte[]> answer =
        send(request("/runs/%d/log?offset=%d".formatted(run, offset)).GET().build());
    return new LogPiece(
        answer.body(),
        answer.headers().firstValueAsLong("Pinflow-Log-Next").orElse(offset),
        answer.headers().firstValue("Pinflow-Log-Ended").orElse("").equals("true"));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url + "/control/v1" + path))
        .timeout(patience)
        .header("Authorization", "Bearer " + token);
  }

  private HttpResponse<byte[]> send(HttpRequest request) {
    HttpResponse<byte[]> answer;
    try {
      answer = http.send(request, BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new RefusedException(
          "Control at %s does not answer: %s. `pinflow status` says how it is.".formatted(url, e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RefusedException("Interrupted while control at %s was asked.".formatted(url));
    }
    return switch (answer.statusCode()) {
      case 200 -> answer;
      case 400, 404, 405, 413 -> throw new UsageException(message(answer));
      case 401, 403 ->
          throw new RefusedException(
              "Control at %s refuses the token of the state folder: %s Is it another's? See `pinflow status`."
                  .formatted(url, message(answer)));
      default -> throw new RefusedException(message(answer));
    };
  }

  private static String message(HttpResponse<byte[]> answer) {
    String text = new String(answer.body(), StandardCharsets.UTF_8);
    try {
      return Grid.JSON.readTree(text).path("message").asText(text);
    } catch (JsonProcessingException e) {
      return "HTTP %d: %s".formatted(answer.statusCode(), text);
    }
  }

  private JsonNode json(HttpResponse<byte[]> answer) {
    try {
      return Grid.JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new RefusedException(
          "What listens at %s is not control: %s. Is that port another's by now?"
              .formatted(url, e.getMessage()));
    }
  }
}
