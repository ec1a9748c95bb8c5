package pinflow.gateway.log;

/** The answer to an append under an idempotency key. */
public sealed interface Claim {

  /**
   * The request's records, those that an earlier attempt wrote included.
   *
   * @param replayed this attempt writes nothing: an earlier one wrote all, or is about to
   */
  record Granted(Append append, boolean replayed) implements Claim {}

  /** The key was used for another body, and nothing is written. */
  record Refused() implements Claim {}
}
