package pinflow.gateway.kafka;

/**
 * Every error of the dialect: HTTP status, {@code error_code} and the beginning of the message.
 *
 * <p>Codes and statuses are those of the Confluent REST proxy (its API reference and, where that is
 * silent, its source), but for one: a retriable Kafka error is 503 here and 500 there, so that any
 * client knows that a retry is worth it.
 */
enum KafkaRestError {
  BAD_REQUEST(400, 400, "Bad Request"),
  TOPIC_NOT_FOUND(404, 40401, "Topic not found."),
  PARTITION_NOT_FOUND(404, 40402, "Partition not found."),
  CONSUMER_INSTANCE_NOT_FOUND(404, 40403, "Consumer instance not found."),
  PATH_NOT_FOUND(404, 404, "HTTP 404 Not Found"),
  METHOD_NOT_ALLOWED(405, 405, "HTTP 405 Method Not Allowed"),
  NOT_ACCEPTABLE(406, 406, "HTTP 406 Not Acceptable"),
  CONSUMER_FORMAT_MISMATCH(
      406,
      40601,
      "The requested embedded data format does not match the deserializer for this consumer instance"),
  REQUEST_TIMEOUT(408, 408, "HTTP 408 Request Timeout"),
  RECORD_NOT_JSON(408, 40801, "Error deserializing JSON message"),
  CONSUMER_ALREADY_EXISTS(
      409,
      40902,
      "Consumer with specified consumer ID already exists in the specified consumer group."),
  ILLEGAL_STATE(409, 40903, "Illegal state"),
  TOO_LARGE(413, 413, "HTTP 413 Request Entity Too Large"),
  UNSUPPORTED_MEDIA_TYPE(415, 415, "HTTP 415 Unsupported Media Type"),
  UNPROCESSABLE(422, 422, "Unprocessable Entity"),
  INVALID_CONSUMER_CONFIG(422, 42204, "Invalid consumer configuration"),
  IDEMPOTENCY_KEY_REUSED(422, 42206, "Payload error. Idempotency-Key reused"),
  TOO_MANY_REQUESTS(429, 42901, "HTTP 429 Too Many Requests"),
  INTERNAL(500, 500, "Internal Server Error"),
  KAFKA_ERROR(500, 50002, "Kafka error"),
  KAFKA_RETRIABLE_ERROR(503, 50003, "Retriable Kafka error"),
  DISK_FULL(507, 507, "Insufficient Storage");

  private final int status;
  private final int code;
  private final String wording;

  KafkaRestError(int status, int code, String wording) {
    this.status = status;
    this.code = code;
    this.wording = wording;
  }

  int status() {
    return status;
  }

  int code() {
    return code;
  }

  KafkaRestException because(String detail) {
    return new KafkaRestException(
        this, wording.endsWith(".") ? wording + " " + detail : wording + ": " + detail);
  }

  KafkaRestException plain() {
    return new KafkaRestException(this, wording);
  }
}
