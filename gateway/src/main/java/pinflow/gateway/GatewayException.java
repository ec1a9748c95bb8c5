package pinflow.gateway;

import org.jspecify.annotations.Nullable;

/**
 * A mistake in the gateway's settings or surroundings; the message says what happened, why, and
 * what to do.
 */
public final class GatewayException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public GatewayException(String message) {
    super(message);
  }

  public GatewayException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
