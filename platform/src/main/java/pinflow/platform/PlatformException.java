package pinflow.platform;

import org.jspecify.annotations.Nullable;

/**
 * A part could not do what was asked. The message says what happened, why, and what to do; it is
 * fit to be shown alone.
 */
public final class PlatformException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final boolean unavailable;

  public PlatformException(String message) {
    super(message);
    this.unavailable = false;
  }

  public PlatformException(String message, Throwable cause) {
    super(message, cause);
    this.unavailable = false;
  }

  private PlatformException(String message, boolean unavailable, @Nullable Throwable cause) {
    super(message, cause);
    this.unavailable = unavailable;
  }

  /** A part that is there, here or elsewhere, does not answer, refuses, or has failed. */
  static PlatformException unavailable(String message) {
    return new PlatformException(message, true, null);
  }

  /** A part that is there, here or elsewhere, does not answer or refuses. */
  static PlatformException unavailable(String message, Throwable cause) {
    return new PlatformException(message, true, cause);
  }

  /** Whether a part does not answer, refuses or has failed; else one could not be started. */
  public boolean isUnavailable() {
    return unavailable;
  }
}
