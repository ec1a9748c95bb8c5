package pinflow.control;

/** A run that could not start or did not end well; the message says what, why and what to do. */
public final class RunException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean user;

  /**
   * @param user whether what was asked for is at fault (a query with a typing error), not the run
   */
  public RunException(String message, boolean user) {
    super(message);
    this.user = user;
  }

  public RunException(String message, Throwable cause) {
    super(message, cause);
    this.user = false;
  }

  public boolean user() {
    return user;
  }
}
