package pinflow.gateway.kinesis;

/**
 * Every error of the dialect: AWS's own type name and HTTP status (API reference: Kinesis Data
 * Streams, the actions' errors and the common errors).
 */
enum KinesisError {
  VALIDATION(400, "ValidationException"),
  INVALID_ARGUMENT(400, "InvalidArgumentException"),
  RESOURCE_NOT_FOUND(400, "ResourceNotFoundException"),
  RESOURCE_IN_USE(400, "ResourceInUseException"),
  LIMIT_EXCEEDED(400, "LimitExceededException"),
  PROVISIONED_THROUGHPUT_EXCEEDED(400, "ProvisionedThroughputExceededException"),
  EXPIRED_ITERATOR(400, "ExpiredIteratorException"),
  EXPIRED_NEXT_TOKEN(400, "ExpiredNextTokenException"),
  SERIALIZATION(400, "SerializationException"),
  UNKNOWN_OPERATION(400, "UnknownOperationException"),
  IDEMPOTENT_PARAMETER_MISMATCH(400, "IdempotentParameterMismatchException"),
  MISSING_AUTHENTICATION_TOKEN(403, "MissingAuthenticationTokenException"),
  INCOMPLETE_SIGNATURE(403, "IncompleteSignatureException"),
  INVALID_SIGNATURE(403, "InvalidSignatureException"),
  UNRECOGNIZED_CLIENT(403, "UnrecognizedClientException"),
  REQUEST_TIMEOUT(408, "RequestTimeoutException"),
  REQUEST_TOO_LARGE(413, "RequestTooLargeException"),
  INTERNAL_FAILURE(500, "InternalFailure"),
  SERVICE_UNAVAILABLE(503, "ServiceUnavailable");

  private final int status;
  private final String type;

  KinesisError(int status, String type) {
    this.status = status;
    this.type = type;
  }

  int status() {
    return status;
  }

  String type() {
    return type;
  }

  KinesisException because(String message) {
    return new KinesisException(this, message);
  }
}
