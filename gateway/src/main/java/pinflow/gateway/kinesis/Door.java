package pinflow.gateway.kinesis;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import pinflow.gateway.Exchange;
import pinflow.gateway.InFlight;
import pinflow.gateway.Reply;

/** What is the same for every request of both dialects: body, signature, deadline, answer. */
final class Door {
  private final Executor workers;
  private final @Nullable Signatures signatures;

  /** An action, its request read. */
  @FunctionalInterface
  interface Handler {
    CompletionStage<?> answer(byte[] body, Call call);
  }

  /**
   * @param workers run the actions
   * @param signatures null to take any
   */
  Door(Executor workers, @Nullable Signatures signatures) {
    this.workers = workers;
    this.signatures = signatures;
  }

  void serve(Exchange exchange, Dialect dialect, Handler handler) {
    exchange.onDeadline(() -> fail(exchange, dialect, notInTime()));
    exchange
        .body()
        .onFailure(failure -> fail(exchange, dialect, failure))
        .onSuccess(body -> run(exchange, dialect, handler, body));
  }

  private void run(Exchange exchange, Dialect dialect, Handler handler, byte[] body) {
    if (exchange.isAnswered()) {
      return; // the client is gone
    }
    // A client that goes away now does not free what its request still holds.
    InFlight.Lease lease = exchange.lease().share();
    Signatures.@Nullable Signed signed = signatures == null ? null : Signatures.Signed.of(exchange);
    workers.execute(
        () -> {
          try {
            if (signatures != null && signed != null) {
              signatures.check(signed, body, dialect.services());
            }
            handler
                .answer(body, Call.of(exchange, dialect.encoding(), body, lease))
                .whenComplete(
                    (answer, failure) -> {
                      try (lease) {
                        if (failure == null) {
                          exchange.answer(reply(dialect, answer));
                        } else {
                          fail(exchange, dialect, failure);
                        }
                      } catch (RuntimeException e) {
                        fail(exchange, dialect, e);
                      }
                    });
          } catch (RuntimeException e) {
            fail(exchange, dialect, e);
            lease.close();
          }
        });
  }

  private static Reply reply(Dialect dialect, Object answer) {
    return new Reply(
        200,
        dialect.contentType(),
        answer == Answers.NONE ? dialect.nothing() : dialect.encoding().write(answer),
        Map.of("x-amzn-RequestId", UUID.randomUUID().toString()));
  }

  static void fail(Exchange exchange, Dialect dialect, Throwable failure) {
    exchange.answer(KinesisException.of(failure).reply(dialect.encoding(), dialect.contentType()));
  }

  private static KinesisException notInTime() {
    return KinesisError.SERVICE_UNAVAILABLE.because(
        "No answer before the request's deadline. Retry after a second.");
  }
}
