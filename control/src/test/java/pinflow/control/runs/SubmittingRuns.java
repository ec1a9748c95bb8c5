package pinflow.control.runs;

import java.time.InstantSource;
import pinflow.control.Rig;
import pinflow.control.jobs.Jobs;

/** Takes submissions and runs nothing. */
public final class SubmittingRuns {
  private SubmittingRuns() {}

  public static Runs open(
      ControlDatabase database, Jobs jobs, RunsConfig config, InstantSource clock) {
    return Runs.opened(database, jobs, Rig.SCRIPTS, config, clock);
  }
}
