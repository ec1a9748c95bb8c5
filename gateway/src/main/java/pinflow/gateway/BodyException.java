package pinflow.gateway;

/** A request's body that was not taken. */
public final class BodyException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Why. */
  public enum Reason {
    /** Larger than {@code gateway.max-request-bytes}. */
    TOO_LARGE,
    /** The gateway holds {@code gateway.max-in-flight-bytes} already. */
    NO_ROOM,
    /** Not there within {@code gateway.request-deadline}. */
    TOO_SLOW,
    /** The client went away. */
    GONE
  }

  private final Reason reason;

  BodyException(Reason reason) {
    super(reason.name(), null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
