package pinflow.cli;

/** A part that was asked does not answer or refuses; the message says what to do. */
final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  RefusedException(String message) {
    super(message);
  }
}
