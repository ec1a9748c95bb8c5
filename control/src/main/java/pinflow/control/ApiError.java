package pinflow.control;

import pinflow.control.runs.RunRefused;

/** What can go wrong with a request, in Databricks' codes; our own API uses them too. */
public enum ApiError {
  MALFORMED_REQUEST(400),
  INVALID_PARAMETER_VALUE(400),
  /** The run is in a state in which that cannot be done. */
  INVALID_STATE(400),
  UNAUTHENTICATED(401),
  PERMISSION_DENIED(403),
  RESOURCE_DOES_NOT_EXIST(404),
  ENDPOINT_NOT_FOUND(404),
  METHOD_NOT_ALLOWED(405),
  MAX_REQUEST_SIZE_EXCEEDED(413),
  REQUEST_LIMIT_EXCEEDED(429),
  INTERNAL_ERROR(500),
  TEMPORARILY_UNAVAILABLE(503);

  private final int status;

  ApiError(int status) {
    this.status = status;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  static ApiError of(RunRefused.Reason reason) {
    return switch (reason) {
      case UNKNOWN_RUN -> RESOURCE_DOES_NOT_EXIST;
      case UNKNOWN_JOB, BAD_REQUEST -> INVALID_PARAMETER_VALUE;
      case WRONG_STATE -> INVALID_STATE;
      case QUEUE_FULL -> REQUEST_LIMIT_EXCEEDED;
    };
  }
}
