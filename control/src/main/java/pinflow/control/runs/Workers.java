package pinflow.control.runs;

import dev.failsafe.Failsafe;
import dev.failsafe.RetryPolicy;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pinflow.control.jobs.Job;
import pinflow.control.jobs.Job.WhenBusy;
import pinflow.control.jobs.Jobs;

/**
 * This control process' share of the work: a thread that looks at the rows again and again, and one
 * for each process that runs.
 */
final class Workers implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Workers.class);
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);

  private final RunStore store;
  private final RunReads reads;
  private final Jobs jobs;
  private final Commands commands;
  private final RunsConfig config;
  private final InstantSource clock;
  private final Notices notices;
  private final Housekeeping housekeeping;
  private final String owner = UUID.randomUUID().toString();
  private final String host = host();
  private final Map<Long, Attempt> running = new ConcurrentHashMap<>();
  private final Set<Long> takingUp = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(task -> new Thread(task, "run"));
  private final Semaphore wake = new Semaphore(0);
  private final Thread looking = new Thread(this::lookAgainAndAgain, "runs");
  private final RetryPolicy<Boolean> untilMoved;
  private volatile boolean closing;

  Workers(
      RunStore store,
      RunReads reads,
      NoticeRows noticeRows,
      Jobs jobs,
      Commands commands,
      RunsConfig config,
      InstantSource clock) {
    this.store = store;
    this.reads = reads;
    this.jobs = jobs;
    this.commands = commands;
    this.config = config;
    this.clock = clock;
    this.notices = new Notices(noticeRows, jobs, this::logFile, clock);
    this.housekeeping = new Housekeeping(store, reads, this::logFile, config.keep());
    // After the lease another takes the run up, so there is nothing left to say then.
    this.untilMoved =
        RetryPolicy.<Boolean>builder()
            .handleResult(false)
            .handle(RuntimeException.class)
            .withBackoff(Duration.ofMillis(50), Duration.ofSeconds(1))
            .withMaxDuration(config.lease())
            .withMaxRetries(-1)
            .build();
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown-" + UUID.randomUUID(); // nobody's processes are taken for ours then
    }
  }

  Path logFile(long id) {
    return config.folder().resolve(id + ".log");
  }

  void start() {
    looking.start();
  }

  /** Looks at once. */
  void wake() {
    wake.release();
  }

  private void lookAgainAndAgain() {
    Instant held = clock.instant();
    while (!closing) {
      try {
        held = look(clock.instant());
      } catch (RuntimeException e) {
        logger.warn("The rows of runs cannot be read or changed; tried again", e);
        if (clock.instant().isAfter(held.minus(config.patience()))) {
          // Others may have them by now, and one run must not run twice.
          running.values().forEach(attempt -> attempt.stop(Attempt.Stop.LOST));
        }
      }
      try {
        if (wake.tryAcquire(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
          wake.drainPermits();
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /**
   * @return until when our runs are ours
   */
  private Instant look(Instant now) {
    Instant until = now.plus(config.lease());
    store.renew(owner, running.keySet(), until);
    Map<Long, Run> ours =
        reads.heldBy(owner).stream().collect(Collectors.toMap(Run::id, Function.identity()));
    for (Attempt attempt : running.values()) {
      Run row = ours.get(attempt.run().id());
      if (row == null || row.attempt() != attempt.run().attempt()) {
        attempt.stop(Attempt.Stop.LOST);
      } else if (row.state() == RunState.CANCELING) {
        attempt.stop(Attempt.Stop.CANCELED);
      } else if (attempt.isTimedOut(now)) {
        attempt.stop(Attempt.Stop.TIMED_OUT);
      }
    }
    for (Run run : reads.left(now)) {
      if (takingUp.add(run.id())) { // it may take as long as its process has patience for
        threads.execute(() -> takeUp(run));
      }
    }
    for (Run run : reads.waitingOfOthers(jobs.names())) {
      String message =
          "There is no job %s any more. Put it back into pinflow.yaml and repair the run."
              .formatted(run.job());
      store.end(run, RunState.FAILED, message, null, false, now);
    }
    begin(now, until);
    notices.give(now);
    housekeeping.tidy(now);
    return until;
  }

  private void begin(Instant now, Instant until) {
    List<Run> due = new ArrayList<>();
    jobs.names().forEach(job -> due.addAll(reads.due(job, now)));
    due.sort(Comparator.comparingLong(Run::id));
    Set<String> busy = new HashSet<>();
    for (Run run : due) {
      Job job = jobs.find(run.job()).orElseThrow();
      if (busy.contains(job.name()) || reads.isBusy(job)) {
        busy.add(job.name());
        skipIfItDoesNotWait(run, job, now);
      } else if (running.size() < config.maxRunning()) {
        Run.Held held = new Run.Held(owner, host, until, null);
        Optional<Run> claimed = store.claim(run, job, held, now);
        claimed.ifPresent(ours -> perform(new Attempt(ours, job, now)));
      }
    }
  }

  private void skipIfItDoesNotWait(Run run, Job job, Instant now) {
    if (job.whenBusy() == WhenBusy.SKIP && run.state() == RunState.QUEUED && run.attempt() == 0) {
      String message =
          "Skipped: %d of job %s ran already, and it does not wait (when-busy: skip)."
              .formatted(job.concurrency(), job.name());
      store.end(run, RunState.SKIPPED, message, null, false, now);
    }
  }

  private void perform(Attempt attempt) {
    Run run = attempt.run();
    running.put(run.id(), attempt);
    threads.execute(
        () -> {
          try {
            Attempt.End end =
                attempt.perform(
                    commands,
                    config,
                    logFile(run.id()),
                    process -> store.noteProcess(run, owner, process));
            Failsafe.with(untilMoved).get(() -> moveOn(attempt, end));
          } catch (RuntimeException e) {
            logger.error("The end of run {} could not be written down", run.id(), e);
          } finally {
            running.remove(run.id(), attempt); // the next attempt may be there already
            wake();
          }
        });
  }

  /**
   * @return false when the row was moved in the very moment, and is to be read again
   */
  private boolean moveOn(Attempt attempt, Attempt.End end) {
    Optional<Run> row = reads.find(attempt.run().id());
    if (row.isEmpty() || !isOurs(row.get(), attempt.run().attempt())) {
      return true; // another has taken it up
    }
    Run run = row.get();
    Instant now = clock.instant();
    if (end.succeeded()) {
      return store.end(run, RunState.SUCCEEDED, "", end.output(), false, now);
    }
    if (run.state() == RunState.CANCELING) {
      String message = "Canceled: its process was ended.";
      return store.end(run, RunState.CANCELED, message, end.output(), false, now);
    }
    Attempt.Stop stop = end.stop();
    if (stop == null) {
      return retryOrFail(attempt, run, end, end.message(), now);
    }
    return switch (stop) {
      case TIMED_OUT ->
          store.end(
              run, RunState.TIMED_OUT, end.message(), end.output(), isTold(attempt.job()), now);
      case CLOSING -> store.requeue(run, RunState.QUEUED, 1, now, end.message(), now);
      case LOST, CANCELED -> {
        // Nobody has taken it up, so it was the database that did not answer.
        String message =
            "The database of runs did not answer for longer than the lease of %s, so the process was ended. See the database's log; the run goes on from what is committed."
                .formatted(config.lease());
        yield retryOrFail(attempt, run, end, message, now);
      }
    };
  }

  private boolean retryOrFail(
      Attempt attempt, Run run, Attempt.End end, String message, Instant now) {
    return run.attempt() < run.attempts() && end.again()
        ? retry(run, attempt.job(), message, now)
        : store.end(run, RunState.FAILED, message, end.output(), isTold(attempt.job()), now);
  }

  private static boolean isTold(Job job) {
    return job.onFailure() != null;
  }

  private boolean isOurs(Run row, int attempt) {
    Run.Held held = row.held();
    return row.state().isHeld()
        && row.attempt() == attempt
        && held != null
        && held.owner().equals(owner);
  }

  private boolean retry(Run run, Job job, String message, Instant now) {
    Instant due = now.plus(job.backoff(Math.max(1, run.attempt())));
    return store.requeue(run, RunState.RETRYING, 0, due, message, now);
  }

  /** What a control process that is gone has left. */
  private void takeUp(Run run) {
    try {
      endOrRequeue(run);
    } catch (RuntimeException e) {
      logger.warn("Run {} cannot be taken up now; tried again", run.id(), e);
    } finally {
      takingUp.remove(run.id());
      wake();
    }
  }

  private void endOrRequeue(Run run) {
    Run.Held held = java.util.Objects.requireNonNull(run.held());
    if (held.host().equals(host) && held.process() != null) {
      held.process().endIfAlive(config.patience());
    }
    Instant now = clock.instant();
    if (run.state() == RunState.CANCELING) {
      store.end(run, RunState.CANCELED, "Canceled; its control process is gone.", null, false, now);
    } else if (run.attempt() < run.attempts()) {
      String message =
          "Its control process on %s is gone; the run is taken up again.".formatted(held.host());
      store.requeue(run, RunState.RETRYING, 0, now, message, now);
    } else {
      String message =
          "Its control process on %s was gone in the middle of attempt %d, the last one. See why it ended, then repair the run: it goes on from what is committed."
              .formatted(held.host(), run.attempt());
      boolean notice = jobs.find(run.job()).map(Workers::isTold).orElse(false);
      store.end(run, RunState.FAILED, message, null, notice, now);
    }
  }

  @Override
  public void close() {
    closing = true;
    wake();
    try {
      looking.join();
      running.values().forEach(attempt -> attempt.stop(Attempt.Stop.CLOSING));
      threads.shutdown();
      if (!threads.awaitTermination(
          config.patience().plus(config.lease()).plusSeconds(10).toMillis(),
          TimeUnit.MILLISECONDS)) {
        logger.warn("Runs have not ended in time: {}", running.keySet());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    notices.close();
  }
}
