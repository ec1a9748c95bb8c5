package pinflow.cli;

/** Something is asked of a Pinflow that does not run; the message says how to start it. */
final class NotRunningException extends RuntimeException {
  private static final long serialVersionUID = 1;

  NotRunningException(String message) {
    super(message);
  }
}
