package pinflow.control.runs;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A run as its row was when it was read.
 *
 * @param asked what was asked for; its timeout is set
 * @param attempt the last one that was begun, from 1; 0 before the first
 * @param attempts how many there may be
 * @param started of the first attempt
 * @param message why it is where it is; empty if there is nothing to say
 * @param output what its last attempt has left; null before its end
 * @param held by whom it is run
 */
public record Run(
    long id,
    Submission asked,
    RunState state,
    int attempt,
    int attempts,
    Instant submitted,
    Instant due,
    @Nullable Instant started,
    @Nullable Instant ended,
    String message,
    @Nullable Output output,
    @Nullable Held held) {

  /**
   * What an attempt has left.
   *
   * @param result its standard output
   * @param truncated whether that was longer
   * @param tablesRead versions by table, as a JSON object, when the result names them
   * @param tablesWritten likewise
   */
  public record Output(
      String result,
      boolean truncated,
      @Nullable String tablesRead,
      @Nullable String tablesWritten) {}

  /**
   * By whom a run is run.
   *
   * @param owner the control process
   * @param leaseUntil others take the run up after that
   * @param process null while it is being started
   */
  public record Held(
      String owner, String host, Instant leaseUntil, RunProcess.@Nullable Identity process) {}

  public Duration timeout() {
    return java.util.Objects.requireNonNull(asked.timeout());
  }

  public String job() {
    return asked.job();
  }

  /**
   * A step of its history.
   *
   * @param from null for the first
   */
  public record Move(
      Instant at, @Nullable RunState from, RunState to, int attempt, String message) {}
}
