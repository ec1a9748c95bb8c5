package pinflow.control;

/** A request that is refused; the message says what, why and what to do. */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ApiError error;

  public ApiException(ApiError error, String message) {
    super(message);
    this.error = error;
  }

  public ApiError error() {
    return error;
  }
}
