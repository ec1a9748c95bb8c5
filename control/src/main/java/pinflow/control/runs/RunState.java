package pinflow.control.runs;

import java.util.Set;

/** Where a run is, and where it may go from there. */
public enum RunState {
  /** It waits for room. */
  QUEUED,
  /** Its process is there, or is being started. */
  RUNNING,
  /** An attempt has failed, and the next waits for its time. */
  RETRYING,
  /** Its end was asked for, and its process is being ended. */
  CANCELING,
  SUCCEEDED,
  FAILED,
  TIMED_OUT,
  CANCELED,
  /** There was no room, and its job does not wait. */
  SKIPPED;

  /** The allowed moves; back to QUEUED from the end by a repair, from RUNNING when control ends. */
  Set<RunState> next() {
    return switch (this) {
      case QUEUED -> Set.of(RUNNING, CANCELED, SKIPPED, FAILED);
      case RUNNING -> Set.of(SUCCEEDED, FAILED, TIMED_OUT, RETRYING, CANCELING, QUEUED);
      case RETRYING -> Set.of(RUNNING, CANCELED, FAILED);
      case CANCELING -> Set.of(CANCELED, SUCCEEDED);
      case FAILED, TIMED_OUT, CANCELED -> Set.of(QUEUED);
      case SUCCEEDED, SKIPPED -> Set.of();
    };
  }

  /** Whether nothing moves it any more but a repair. */
  public boolean isFinal() {
    return switch (this) {
      case QUEUED, RUNNING, RETRYING, CANCELING -> false;
      case SUCCEEDED, FAILED, TIMED_OUT, CANCELED, SKIPPED -> true;
    };
  }

  /** Whether it holds a slot of its job and has an owner. */
  boolean isHeld() {
    return this == RUNNING || this == CANCELING;
  }

  /** Whether it counts for the queue's bound. */
  boolean isWaiting() {
    return this == QUEUED || this == RETRYING;
  }
}
