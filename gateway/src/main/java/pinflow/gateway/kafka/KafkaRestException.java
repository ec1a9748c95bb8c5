package pinflow.gateway.kafka;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pinflow.gateway.BodyException;
import pinflow.gateway.Reply;

/** A request that ends in one of the dialect's errors. */
final class KafkaRestException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final Logger logger = LoggerFactory.getLogger(KafkaRestException.class);

  private final KafkaRestError error;

  KafkaRestException(KafkaRestError error, String message) {
    super(message, null, false, false);
    this.error = error;
  }

  KafkaRestError error() {
    return error;
  }

  /** The one place that knows which failure is which error. */
  static KafkaRestException of(Throwable failure) {
    if (failure instanceof KafkaRestException known) {
      return known;
    }
    if ((failure instanceof CompletionException || failure instanceof ExecutionException)
        && failure.getCause() != null) {
      return of(failure.getCause());
    }
    if (failure instanceof BodyException body) {
      return switch (body.reason()) {
        case TOO_LARGE ->
            KafkaRestError.TOO_LARGE.because(
                "the body is over the gateway's limit (gateway.max-request-bytes). Send fewer records in a request.");
        case NO_ROOM -> full("Nothing was written; retry after a second.");
        case TOO_SLOW, GONE ->
            KafkaRestError.REQUEST_TIMEOUT.because(
                "the body did not arrive in time. Nothing was written.");
      };
    }
    if (failure instanceof UnknownTopicOrPartitionException
        || failure instanceof InvalidTopicException) {
      return KafkaRestError.TOPIC_NOT_FOUND.plain();
    }
    if (failure instanceof RetriableException) {
      return KafkaRestError.KAFKA_RETRIABLE_ERROR.because(
          failure.getMessage() + " Retry after a second.");
    }
    if (failure instanceof KafkaException) {
      logger.warn("Kafka error", failure);
      return KafkaRestError.KAFKA_ERROR.because(String.valueOf(failure.getMessage()));
    }
    logger.error("Unexpected failure", failure);
    return KafkaRestError.INTERNAL.plain();
  }

  static KafkaRestException busy(String detail) {
    return KafkaRestError.TOO_MANY_REQUESTS.because(detail);
  }

  /**
   * The gateway holds as much as it may.
   *
   * @param advice what to do
   */
  static KafkaRestException full(String advice) {
    return busy("the gateway holds as much as it may (gateway.max-in-flight-bytes). " + advice);
  }

  /** {@code {"error_code":…,"message":"…"}}. */
  Reply reply() {
    Map<String, String> headers = new HashMap<>();
    switch (error.status()) {
      case 429, 503 -> headers.put("Retry-After", "1");
      case 507 -> headers.put("Retry-After", "5");
      default -> {}
    }
    return new Reply(
        error.status(),
        MediaTypes.V2,
        Json.error(error.code(), String.valueOf(getMessage())),
        headers);
  }
}
