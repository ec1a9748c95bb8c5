package pinflow.gateway.kinesis;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pinflow.gateway.BodyException;
import pinflow.gateway.Reply;

/** A request that ends in one of the dialect's errors. */
final class KinesisException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final Logger logger = LoggerFactory.getLogger(KinesisException.class);

  private final KinesisError error;

  KinesisException(KinesisError error, String message) {
    super(message, null, false, false);
    this.error = error;
  }

  KinesisError error() {
    return error;
  }

  /** The one place that knows which failure is which error. */
  static KinesisException of(Throwable failure) {
    if (failure instanceof KinesisException known) {
      return known;
    }
    if ((failure instanceof CompletionException || failure instanceof ExecutionException)
        && failure.getCause() != null) {
      return of(failure.getCause());
    }
    if (failure instanceof BodyException body) {
      return switch (body.reason()) {
        case TOO_LARGE ->
            KinesisError.REQUEST_TOO_LARGE.because(
                "The body is over the gateway's limit (gateway.max-request-bytes). Send fewer records in a request.");
        case NO_ROOM -> busy();
        case TOO_SLOW, GONE ->
            KinesisError.REQUEST_TIMEOUT.because(
                "The body did not arrive in time. Nothing was written.");
      };
    }
    if (failure instanceof RetriableException) {
      return KinesisError.SERVICE_UNAVAILABLE.because(
          "The log does not answer: " + failure.getMessage() + " Retry after a second.");
    }
    logger.error("Unexpected failure", failure);
    return KinesisError.INTERNAL_FAILURE.because(
        "The gateway failed at this request; its log says why.");
  }

  static KinesisException busy() {
    return KinesisError.SERVICE_UNAVAILABLE.because(
        "The gateway holds as much as it may (gateway.max-in-flight-bytes). Nothing was written; retry after a second.");
  }

  /** {@code {"__type":…,"message":…}} in an encoding. */
  Reply reply(Encoding encoding, String contentType) {
    Map<String, String> headers = new HashMap<>();
    headers.put("x-amzn-RequestId", UUID.randomUUID().toString());
    headers.put("x-amzn-ErrorType", error.type());
    if (error == KinesisError.SERVICE_UNAVAILABLE) {
      headers.put("Retry-After", "1");
    }
    String message = String.valueOf(getMessage());
    // The one type whose message has a capital letter.
    String name = error == KinesisError.SERIALIZATION ? "Message" : "message";
    return new Reply(
        error.status(),
        contentType,
        encoding.write(Map.of("__type", error.type(), name, message)),
        headers);
  }
}
