package pinflow.gateway.kinesis;

import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import pinflow.gateway.Exchange;
import pinflow.gateway.InFlight;
import pinflow.gateway.Reply;

/**
 * What AWS's own clients speak: {@code POST /} with the action in {@code X-Amz-Target} and its
 * request in the body, JSON 1.1 or CBOR 1.1.
 */
final class NativeDialect {
  private static final String TARGET = "Kinesis_20131202.";

  private final Actions actions;
  private final Executor workers;

  NativeDialect(Actions actions, Executor workers) {
    this.actions = actions;
    this.workers = workers;
  }

  void serve(Exchange exchange) {
    Encoding encoding = encoding(exchange.header("Content-Type"));
    exchange.onDeadline(() -> fail(exchange, encoding, notInTime()));
    try {
      Actions.Action<?> action = action(exchange);
      exchange
          .body()
          .onFailure(failure -> fail(exchange, encoding, failure))
          .onSuccess(body -> run(exchange, encoding, action, body));
    } catch (KinesisException e) {
      fail(exchange, encoding, e);
    }
  }

  /** The encoding of the answer, too; what is neither is answered in JSON. */
  private static Encoding encoding(@Nullable String contentType) {
    String type = contentType == null ? "" : contentType.split(";", 2)[0];
    return Encoding.of(type.strip().toLowerCase(Locale.ROOT)).orElse(Encoding.JSON);
  }

  private Actions.Action<?> action(Exchange exchange) {
    String target = exchange.header("X-Amz-Target");
    if (target == null || !target.startsWith(TARGET)) {
      throw KinesisError.UNKNOWN_OPERATION.because(
          "X-Amz-Target is %s. It must be %s and an action's name, such as %sListStreams."
              .formatted(target, TARGET, TARGET));
    }
    return actions
        .find(target.substring(TARGET.length()))
        .orElseThrow(
            () ->
                KinesisError.UNKNOWN_OPERATION.because(
                    "This endpoint does not have the action %s."
                        .formatted(target.substring(TARGET.length()))));
  }

  private void run(Exchange exchange, Encoding encoding, Actions.Action<?> action, byte[] body) {
    if (exchange.isAnswered()) {
      return; // the client is gone
    }
    InFlight.Lease lease = exchange.lease().share();
    exchange.onDeadline(() -> fail(exchange, encoding, notInTime()));
    workers.execute(
        () -> {
          try {
            action
                .run(encoding, body, Call.of(exchange, body, lease))
                .whenComplete(
                    (answer, failure) -> {
                      try (lease) {
                        if (failure == null) {
                          exchange.answer(reply(encoding, answer));
                        } else {
                          fail(exchange, encoding, failure);
                        }
                      }
                    });
          } catch (RuntimeException e) {
            fail(exchange, encoding, e);
            lease.close();
          }
        });
  }

  private static Reply reply(Encoding encoding, Object answer) {
    return new Reply(
        200,
        encoding.mediaType(),
        answer == Answers.NONE ? new byte[0] : encoding.write(answer),
        Map.of("x-amzn-RequestId", UUID.randomUUID().toString()));
  }

  static KinesisException notInTime() {
    return KinesisError.SERVICE_UNAVAILABLE.because(
        "No answer before the request's deadline. Retry after a second.");
  }

  private static void fail(Exchange exchange, Encoding encoding, Throwable failure) {
    exchange.answer(KinesisException.of(failure).reply(encoding, encoding.mediaType()));
  }
}
