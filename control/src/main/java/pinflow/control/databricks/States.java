package pinflow.control.databricks;

import org.jspecify.annotations.Nullable;
import pinflow.control.runs.RunState;

/** Our states in Databricks' words. */
final class States {
  private States() {}

  /** One of those that every version of Airflow's provider knows. */
  static String lifeCycle(RunState state) {
    return switch (state) {
      case QUEUED, RETRYING -> "PENDING";
      case RUNNING -> "RUNNING";
      case CANCELING -> "TERMINATING";
      case SUCCEEDED, FAILED, TIMED_OUT, CANCELED -> "TERMINATED";
      case SKIPPED -> "SKIPPED";
    };
  }

  /** Null before the end. */
  static @Nullable String result(RunState state) {
    return switch (state) {
      case QUEUED, RETRYING, RUNNING, CANCELING, SKIPPED -> null;
      case SUCCEEDED -> "SUCCESS";
      case FAILED -> "FAILED";
      case TIMED_OUT -> "TIMEDOUT";
      case CANCELED -> "CANCELED";
    };
  }
}
