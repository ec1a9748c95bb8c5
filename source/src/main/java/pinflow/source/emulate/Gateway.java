package pinflow.source.emulate;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/**
 * The door that requests are posted to, again and again while that may help: after lost
 * connections, time-outs, 429, 5xx, what carries {@code Retry-After}, and records refused for now.
 * A request is the same each time, its {@code Idempotency-Key} included.
 */
final class Gateway implements AutoCloseable {

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
  private static final Duration FIRST_DELAY = Duration.ofMillis(100);
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(5);
  private static final double JITTER = 0.25;

  private final Settings settings;
  private final Consumer<Problem> troubled;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_LIMIT)
          .build();
  private final ScheduledExecutorService scheduler =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "emulator-retries");
            thread.setDaemon(true);
            return thread;
          });
  private final FailsafeExecutor<Delivery> retrying;

  /** Those between two attempts. */
  private final Set<Delivery> waiting = ConcurrentHashMap.newKeySet();

  private volatile boolean stopped;

  /**
   * @param troubled told of each attempt that did not succeed
   */
  Gateway(Settings settings, Consumer<Problem> troubled) {
    this.settings = settings;
    this.troubled = troubled;
    this.retrying =
        Failsafe.with(
                RetryPolicy.<Delivery>builder()
                    .handleIf((delivery, error) -> error == null && delivery.retriable())
                    .abortIf((delivery, error) -> stopped)
                    .withMaxRetries(-1)
                    .withMaxDuration(settings.giveUpAfter())
                    .withBackoff(FIRST_DELAY, LONGEST_DELAY)
                    .withJitter(JITTER)
                    .withDelayFn(attempt -> delay(attempt.getLastResult()))
                    .build())
            .with(scheduler);
  }

  /**
   * Posts a request until each record has its receipt, no attempt can help, the time is up, or
   * {@link #stop}.
   *
   * @return what came of it; fails only on errors of this program
   */
  CompletableFuture<Delivery> post(Request request) {
    Delivery delivery = new Delivery(request);
    CompletableFuture<Delivery> attempts = retrying.getStageAsync(() -> attempt(delivery));
    delivery.cancelBy(attempts);
    return attempts.handle(
        (result, error) -> {
          waiting.remove(delivery);
          if (error != null && !(error instanceof CancellationException)) {
            throw new CompletionException(error);
          }
          return delivery;
        });
  }

  /**
   * Lets attempts under way end and begins no other; called again, it catches those that had just
   * ended.
   */
  void stop() {
    stopped = true;
    waiting.forEach(Delivery::cancel);
  }

  @Override
  public void close() {
    scheduler.shutdownNow();
  }

  private CompletionStage<Delivery> attempt(Delivery delivery) {
    waiting.remove(delivery);
    Request request = delivery.request();
    Dialect dialect = settings.dialect();
    HttpRequest post =
        settings
            .request(dialect.method(), settings.url(request.table()), request.body())
            .timeout(ANSWER_LIMIT)
            .header("Content-Type", dialect.contentType())
            .header("Accept", dialect.accept())
            .header("Idempotency-Key", request.key())
            .build();
    return http.sendAsync(post, HttpResponse.BodyHandlers.ofByteArray())
        .handle(
            (response, error) -> {
              delivery.take(
                  error != null
                      ? Answer.unreachable(request.records(), error)
                      : Answer.read(dialect, request.records(), response));
              Problem problem = delivery.problem();
              if (problem != null) {
                troubled.accept(problem);
                waiting.add(delivery);
              }
              return delivery;
            });
  }

  /** Negative leaves it to the back-off. */
  private static Duration delay(Delivery delivery) {
    Problem problem = delivery.problem();
    Optional<Duration> asked = problem == null ? Optional.empty() : problem.retryAfter();
    // Lengthened so that the jitter never makes it shorter than what was asked for.
    return asked
        .map(wait -> Duration.ofMillis((long) (wait.toMillis() / (1 - JITTER))))
        .orElse(Duration.ofNanos(-1));
  }
}
