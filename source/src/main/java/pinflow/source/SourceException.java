package pinflow.source;

/**
 * Something that the user can put right. The message stands on its own: what happened, why, what to
 * do. It never holds a password.
 */
public final class SourceException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public SourceException(String message) {
    super(message);
  }

  public SourceException(String message, Throwable cause) {
    super(message, cause);
  }
}
