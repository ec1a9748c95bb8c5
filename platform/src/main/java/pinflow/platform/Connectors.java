package pinflow.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connectors of a Connect worker, embedded or not, through its REST API.
 *
 * @see <a href="https://kafka.apache.org/documentation/#connect_rest">Kafka Connect's REST API</a>
 */
public final class Connectors {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** For so long a failure may be one of an earlier run, not yet replaced. */
  private static final Duration STALE = Duration.ofSeconds(3);

  private static final Duration PAUSE = Duration.ofMillis(50);

  /** Between two looks at a connector that runs; twice as long after each restart in a row. */
  private static final Duration WATCH = Duration.ofSeconds(3);

  private static final Duration LONGEST_WATCH = Duration.ofSeconds(20);

  private static final Logger log = LoggerFactory.getLogger(Connectors.class);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI worker;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private Connectors(URI worker) {
    this.worker = worker;
  }

  private record Answer(int status, JsonNode body) {}

  /**
   * A connector itself, or a task of it.
   *
   * @param name {@code connector} or {@code task <n>}
   * @param state as the worker has it, such as {@code RUNNING}
   * @param trace the first line of a failure's; empty if there is none
   */
  public record Part(String name, String state, String trace) {
    public boolean runs() {
      return state.equals("RUNNING");
    }
  }

  /** What became of a connector: {@code trace} is the first line of the failure's. */
  private sealed interface State {
    record Running() implements State {}

    record Starting(String states) implements State {}

    record Failed(String trace) implements State {}
  }

  /**
   * Makes the connector, or gives it these properties, and waits until it and its tasks run; what
   * has failed before is restarted.
   *
   * @throws PlatformException if the worker refuses the properties, the connector or a task fails
   *     (with the first line of the trace), or they do not run within a minute
   */
  public static void put(URI worker, String connector, Map<String, String> properties) {
    new Connectors(worker).put(connector, properties);
  }

  /**
   * As {@link #put}, and from then on restarts what fails, until it is closed. Connect itself
   * leaves a failed task alone.
   */
  public static AutoCloseable run(URI worker, String connector, Map<String, String> properties) {
    Connectors connectors = new Connectors(worker);
    connectors.put(connector, properties);
    Thread watch = new Thread(() -> connectors.watch(connector), "watch-" + connector);
    watch.setDaemon(true);
    watch.start();
    return watch::interrupt;
  }

  private void watch(String connector) {
    String path = path(connector);
    Duration pause = WATCH;
    while (!Thread.interrupted()) {
      LockSupport.parkNanos(pause.toNanos());
      try {
        if (state(path) instanceof State.Failed failed) {
          log.warn("The connector {} has failed and is restarted: {}", connector, failed.trace);
          restart(path, Deadline.in(LIMIT));
          pause = pause.compareTo(LONGEST_WATCH) < 0 ? pause.multipliedBy(2) : pause;
        } else {
          pause = WATCH;
        }
      } catch (PlatformException e) {
        log.debug("The worker does not answer; it is asked again", e);
      }
    }
  }

  private static String path(String connector) {
    return "/connectors/" + URLEncoder.encode(connector, StandardCharsets.UTF_8);
  }

  private void restart(String path, Deadline deadline) {
    send("POST", path + "/restart?includeTasks=true&onlyFailed=true", JSON.nullNode(), deadline);
  }

  private void put(String connector, Map<String, String> properties) {
    Deadline deadline = Deadline.in(LIMIT);
    String path = path(connector);
    boolean failedBefore = state(path) instanceof State.Failed;
    Answer answer = send("PUT", path + "/config", JSON.valueToTree(properties), deadline);
    if (answer.status >= 300) {
      throw PlatformException.unavailable(
          "The Connect worker %s refused the connector %s: %s"
              .formatted(worker, connector, answer.body.path("message").asText()));
    }
    if (failedBefore) {
      restart(path, deadline);
    }
    awaitRunning(connector, path, deadline);
  }

  private void awaitRunning(String connector, String path, Deadline deadline) {
    Deadline stale = Deadline.in(STALE);
    while (true) {
      State state = state(path);
      if (state instanceof State.Running) {
        return;
      }
      if (state instanceof State.Failed failed && stale.isOver()) {
        throw PlatformException.unavailable(
            "The connector %s failed: %s; its whole trace is at %s%s/status."
                .formatted(connector, failed.trace, worker, path));
      }
      if (deadline.isOver()) {
        throw PlatformException.unavailable(
            "The connector %s does not run after %d s (%s); see %s%s/status and the worker's log."
                .formatted(connector, LIMIT.toSeconds(), state, worker, path));
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  /** Waits until the worker has joined its group and read its connectors. */
  static void awaitHealthy(URI worker) {
    new Connectors(worker).awaitHealthy();
  }

  private void awaitHealthy() {
    Deadline deadline = Deadline.in(LIMIT);
    while (true) {
      Answer health = send("GET", "/health", JSON.nullNode(), deadline);
      if (health.status == 200) {
        return;
      }
      if (deadline.isOver()) {
        throw PlatformException.unavailable(
            "The Connect worker %s is not ready after %d s: %s"
                .formatted(worker, LIMIT.toSeconds(), health.body));
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  /**
   * The connector itself and its tasks, asked once.
   *
   * @return nothing if the connector is not there
   * @throws PlatformException if the worker does not answer in time
   */
  public static List<Part> parts(URI worker, String connector, Duration patience) {
    return new Connectors(worker).parts(path(connector), Deadline.in(patience));
  }

  private State state(String path) {
    List<Part> parts = parts(path, Deadline.in(LIMIT));
    for (Part part : parts) {
      if (part.state.equals("FAILED")) {
        return new State.Failed(part.trace.isEmpty() ? "no trace" : part.trace);
      }
    }
    return parts.size() > 1 && parts.stream().allMatch(Part::runs)
        ? new State.Running()
        : new State.Starting(parts.toString());
  }

  private List<Part> parts(String path, Deadline deadline) {
    Answer answer = send("GET", path + "/status", JSON.nullNode(), deadline);
    return Stream.concat(
            Stream.of(answer.body.path("connector")),
            StreamSupport.stream(answer.body.path("tasks").spliterator(), false))
        .filter(each -> !each.isMissingNode())
        .map(
            each ->
                new Part(
                    each.has("id") ? "task " + each.path("id").asInt() : "connector",
                    each.path("state").asText(),
                    each.path("trace").asText().lines().findFirst().orElse("")))
        .toList();
  }

  /** Repeats what the worker puts off: 409 while its group rebalances. */
  private Answer send(String method, String path, JsonNode body, Deadline deadline) {
    HttpRequest request =
        HttpRequest.newBuilder(worker.resolve(path))
            .method(
                method,
                body.isNull()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body.toString()))
            .header("Content-Type", "application/json")
            .timeout(deadline.left())
            .build();
    try {
      while (true) {
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 409 || deadline.isOver()) {
          return new Answer(response.statusCode(), parse(response.body()));
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    } catch (IOException e) {
      throw PlatformException.unavailable(
          "The Connect worker %s (connect.url) does not answer: %s".formatted(worker, e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PlatformException("Interrupted while asking the Connect worker " + worker, e);
    }
  }

  private static JsonNode parse(String body) throws JsonProcessingException {
    return body.isEmpty() ? JSON.nullNode() : JSON.readTree(body);
  }

  private record Deadline(long nanos) {
    static Deadline in(Duration limit) {
      return new Deadline(System.nanoTime() + limit.toNanos());
    }

    boolean isOver() {
      return System.nanoTime() - nanos > 0;
    }

    /** A millisecond at least. */
    Duration left() {
      return Duration.ofNanos(Math.max(1_000_000, nanos - System.nanoTime()));
    }
  }
}
