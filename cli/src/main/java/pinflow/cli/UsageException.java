package pinflow.cli;

/** A mistake in what was asked for or configured; the message says what, why and what to do. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UsageException(String message) {
    super(message);
  }
}
