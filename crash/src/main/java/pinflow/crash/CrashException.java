package pinflow.crash;

/** Pinflow did not stand up again, or the run could not go on. */
final class CrashException extends RuntimeException {
  private static final long serialVersionUID = 1;

  CrashException(String message) {
    super(message);
  }
}
