package pinflow.cli.doctor;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import pinflow.control.jobs.Job;
import pinflow.control.jobs.JobSchedule;

/**
 * Jobs whose schedule waits for longer than a year: a day of February or a month mistaken, as a
 * rule. (One that never comes is refused when the configuration is read.)
 */
public record SeldomDue(List<Job> jobs, InstantSource clock) implements Check {
  private static final Duration YEAR = Duration.ofDays(366);

  public SeldomDue {
    jobs = List.copyOf(jobs);
  }

  @Override
  public String name() {
    return "schedules";
  }

  @Override
  public List<Finding> find() {
    List<Finding> findings = new ArrayList<>();
    Instant now = clock.instant();
    for (Job job : jobs) {
      JobSchedule schedule = job.schedule();
      if (schedule == null) {
        continue;
      }
      Instant next = schedule.cron().next(now);
      if (Duration.between(now, next).compareTo(YEAR) > 0) {
        findings.add(
            Finding.warning(
                name(),
                "Job %s is due next at %s (schedule.cron %s)."
                    .formatted(job.name(), next, schedule.cron()),
                "Nothing runs by itself until then.",
                "Write when it is wanted: minute, hour, day of the month, month, weekday."));
      }
    }
    return findings;
  }
}
