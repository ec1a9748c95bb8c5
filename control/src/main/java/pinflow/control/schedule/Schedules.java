package pinflow.control.schedule;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.FailureHandler;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import pinflow.control.jobs.Cron;
import pinflow.control.jobs.Job;
import pinflow.control.jobs.JobSchedule;
import pinflow.control.runs.ControlDatabase;
import pinflow.control.runs.Run;
import pinflow.control.runs.Runs;
import pinflow.control.runs.Submission;

/**
 * Submits the runs that are due. A row tells until when a job's due times are handled; a run's
 * token is its job and due time, so it is one run, however many control processes find it due.
 */
public final class Schedules implements AutoCloseable {
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  /** After six of them that were missed another process goes on. */
  private static final Duration HEARTBEAT = Duration.ofSeconds(5);

  private static final Duration AGAIN_AFTER = Duration.ofSeconds(10);

  /** A due time that is handled later than this was missed. */
  private static final Duration LATE = Duration.ofMinutes(1);

  /** Of a job that catches all up, after a long time: the newest. */
  private static final int MOST = 1_000;

  private final List<Job> jobs;
  private final Runs runs;
  private final ScheduleRows rows;
  private final InstantSource clock;
  private final Scheduler scheduler;

  /**
   * A job's schedule as it is.
   *
   * @param next when it is due; null while it is paused
   */
  public record State(String job, JobSchedule schedule, boolean paused, @Nullable Instant next) {}

  private Schedules(ControlDatabase database, Runs runs, InstantSource clock, Builders builders) {
    this.jobs = runs.jobs().all().stream().filter(job -> job.schedule() != null).toList();
    this.runs = runs;
    this.rows = new ScheduleRows(database.jdbi());
    this.clock = clock;
    this.scheduler =
        builders
            .of(database)
            .startTasks(jobs.stream().map(this::task).toList())
            .clock(clock::instant)
            .schedulerName(new SchedulerName.Fixed(UUID.randomUUID().toString()))
            .alwaysPersistTimestampInUTC()
            .pollingInterval(LOOK_EVERY)
            .heartbeatInterval(HEARTBEAT)
            .shutdownMaxWait(AGAIN_AFTER)
            .threads(2)
            .build();
  }

  /** A scheduler with threads, or one that tests drive. */
  interface Builders {
    SchedulerBuilder of(ControlDatabase database);
  }

  /** Begins to submit what is due, also what became due while nobody did. */
  public static Schedules start(ControlDatabase database, Runs runs, InstantSource clock) {
    return start(database, runs, clock, db -> Scheduler.create(db.dataSource()));
  }

  static Schedules start(
      ControlDatabase database, Runs runs, InstantSource clock, Builders builders) {
    Schedules schedules = new Schedules(database, runs, clock, builders);
    for (Job job : schedules.jobs) {
      schedules.rows.put(job.name(), cron(job).toString(), clock.instant());
    }
    schedules.scheduler.start();
    return schedules;
  }

  private static Cron cron(Job job) {
    return java.util.Objects.requireNonNull(job.schedule()).cron();
  }

  private RecurringTask<Void> task(Job job) {
    return Tasks.recurring("schedule-" + job.name(), new Times(cron(job)))
        .onFailure(new FailureHandler.OnFailureRetryLater<>(AGAIN_AFTER))
        .execute((instance, context) -> handleDue(job));
  }

  /** A cron as db-scheduler asks for it. */
  private record Times(Cron cron) implements Schedule {
    @Override
    public Instant getNextExecutionTime(ExecutionComplete complete) {
      return cron.next(complete.getTimeDone());
    }

    @Override
    public boolean isDeterministic() {
      return true;
    }
  }

  /**
   * Submits what is due and not handled yet. When a submission is refused, the queue being full, it
   * and those after it stay due.
   */
  void handleDue(Job job) {
    ScheduleRows.Row row = rows.get(job.name());
    JobSchedule schedule = java.util.Objects.requireNonNull(job.schedule());
    Instant now = clock.instant();
    if (row.paused()) {
      return;
    }
    List<Instant> due = schedule.cron().between(row.handled(), now, MOST);
    Instant handled = row.handled();
    for (int i = 0; i < due.size(); i++) {
      Instant time = due.get(i);
      boolean latest = i == due.size() - 1;
      boolean wanted =
          switch (schedule.catchUp()) {
            case NONE -> !time.plus(LATE).isBefore(now);
            case LATEST -> latest;
            case ALL -> true;
          };
      if (wanted) {
        submit(job, time);
      }
      rows.handle(job.name(), handled, time);
      handled = time;
    }
  }

  private void submit(Job job, Instant due) {
    String token = "schedule:%s:%s".formatted(job.name(), due);
    Run run =
        runs.submit(
            new Submission(job.name(), job.name(), "schedule", token, Map.of(), null, null));
    org.slf4j.LoggerFactory.getLogger(Schedules.class)
        .info("Run {} of {} was due at {}", run.id(), job.name(), due);
  }

  /** All there are. */
  public List<State> list() {
    return jobs.stream().map(this::state).toList();
  }

  /** Empty when the job has no schedule. */
  public Optional<State> find(String job) {
    return scheduled(job).map(this::state);
  }

  private Optional<Job> scheduled(String name) {
    return jobs.stream().filter(job -> job.name().equals(name)).findFirst();
  }

  private State state(Job job) {
    ScheduleRows.Row row = rows.get(job.name());
    Instant next = row.paused() ? null : cron(job).next(clock.instant());
    return new State(
        job.name(), java.util.Objects.requireNonNull(job.schedule()), row.paused(), next);
  }

  /** The times at which it is due next, whether or not it is paused; empty without a schedule. */
  public List<Instant> next(String job, int count) {
    Instant now = clock.instant();
    return scheduled(job)
        .map(found -> java.util.stream.Stream.iterate(cron(found).next(now), cron(found)::next))
        .map(times -> times.limit(count).toList())
        .orElse(List.of());
  }

  /** Its due times pass without runs until it is resumed; also after a restart. */
  public Optional<State> pause(String job) {
    scheduled(job).ifPresent(found -> rows.pause(job, true, clock.instant()));
    return find(job);
  }

  /** What passed meanwhile is not caught up: it was wanted so. */
  public Optional<State> resume(String job) {
    scheduled(job).ifPresent(found -> rows.pause(job, false, clock.instant()));
    return find(job);
  }

  Scheduler scheduler() {
    return scheduler;
  }

  @Override
  public void close() {
    scheduler.stop();
  }
}
