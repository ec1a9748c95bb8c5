package pinflow.control.runs;

/** Something about runs that cannot be done; the message says what, why and what to do. */
public final class RunRefused extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;

  /** Why. */
  public enum Reason {
    UNKNOWN_RUN,
    UNKNOWN_JOB,
    BAD_REQUEST,
    /** It is in a state in which it cannot be done. */
    WRONG_STATE,
    QUEUE_FULL
  }

  public RunRefused(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
