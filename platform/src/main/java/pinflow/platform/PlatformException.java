package pinflow.platform;

/**
 * An embedded part could not do what was asked. The message says what happened, why, and what to
 * do; it is fit to be shown alone.
 */
public final class PlatformException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public PlatformException(String message) {
    super(message);
  }

  public PlatformException(String message, Throwable cause) {
    super(message, cause);
  }
}
