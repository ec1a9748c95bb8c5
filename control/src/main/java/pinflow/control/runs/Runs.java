package pinflow.control.runs;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pinflow.control.jobs.Job;
import pinflow.control.jobs.Jobs;
import pinflow.control.runs.RunRefused.Reason;

/**
 * The runs there are, and the work on them. All methods wait for the database; any thread may call
 * them.
 */
public final class Runs implements AutoCloseable {
  private final Jobs jobs;
  private final RunsConfig config;
  private final InstantSource clock;
  private final RunStore store;
  private final RunReads reads;
  private final Workers workers;

  /**
   * Which runs.
   *
   * @param job null for any
   * @param jobId the Jobs API's number of it; null for any
   * @param active whether they have not ended; null for both
   * @param before only older ones than this
   */
  public record Filter(
      @Nullable String job,
      @Nullable Long jobId,
      @Nullable Boolean active,
      long before,
      int limit,
      int offset) {
    /** The newest of all. */
    public static Filter newest(int limit) {
      return new Filter(null, null, null, Long.MAX_VALUE, limit, 0);
    }
  }

  /**
   * A piece of a log.
   *
   * @param next where the next one begins, in bytes
   * @param ended whether nothing follows but by a repair
   */
  public record LogPiece(byte[] bytes, long next, boolean ended) {}

  private Runs(
      ControlDatabase database,
      Jobs jobs,
      Commands commands,
      RunsConfig config,
      InstantSource clock) {
    this.jobs = jobs;
    this.config = config;
    this.clock = clock;
    this.store = new RunStore(database.jdbi());
    this.reads = new RunReads(database.jdbi());
    this.workers =
        new Workers(store, reads, new NoticeRows(database.jdbi()), jobs, commands, config, clock);
  }

  /** Begins to run what waits, and to take up what a dead control process has left. */
  public static Runs start(
      ControlDatabase database,
      Jobs jobs,
      Commands commands,
      RunsConfig config,
      InstantSource clock) {
    Runs runs = opened(database, jobs, commands, config, clock);
    runs.workers.start();
    return runs;
  }

  /** Takes submissions and runs nothing. */
  static Runs opened(
      ControlDatabase database,
      Jobs jobs,
      Commands commands,
      RunsConfig config,
      InstantSource clock) {
    Runs runs = new Runs(database, jobs, commands, config, clock);
    jobs.all().forEach(runs.store::makeSlots);
    return runs;
  }

  /**
   * A new run, or the one that was made with the same token.
   *
   * @throws RunRefused when there is no such job, or too many runs wait
   */
  public Run submit(Submission asked) {
    Job job =
        jobs.find(asked.job())
            .orElseThrow(
                () ->
                    new RunRefused(
                        Reason.UNKNOWN_JOB,
                        "There is no job %s. Known are %s."
                            .formatted(asked.job(), String.join(", ", jobs.names()))));
    Run run =
        store.add(
            asked,
            asked.timeout() == null ? job.timeout() : asked.timeout(),
            job.retries() + 1,
            config.maxQueued(),
            clock.instant());
    workers.wake();
    return run;
  }

  /**
   * @throws RunRefused when it is not there
   */
  public Run get(long id) {
    return find(id)
        .orElseThrow(
            () ->
                new RunRefused(
                    Reason.UNKNOWN_RUN,
                    "Run %d does not exist. See the list of runs for those that do."
                        .formatted(id)));
  }

  public Optional<Run> find(long id) {
    return reads.find(id);
  }

  /** The newest first. */
  public List<Run> list(Filter filter) {
    return reads.list(filter);
  }

  /** What became of it, step by step. */
  public List<Run.Move> history(long id) {
    return reads.moves(get(id).id());
  }

  /**
   * A run that waits ends at once, one that runs within seconds; one that has ended stays as it is.
   */
  public Run cancel(long id) {
    while (true) {
      Run run = get(id);
      boolean done =
          switch (run.state()) {
            case QUEUED, RETRYING ->
                store.end(
                    run,
                    RunState.CANCELED,
                    "Canceled before it was run.",
                    null,
                    false,
                    clock.instant());
            case RUNNING -> store.cancelRunning(run, "Its end was asked for.", clock.instant());
            case CANCELING, SUCCEEDED, FAILED, TIMED_OUT, CANCELED, SKIPPED -> true;
          };
      if (done) {
        workers.wake();
        return get(id);
      }
    }
  }

  /**
   * Begins a run that has failed again, with as many retries as a new one has; what it had
   * committed stands, so it goes on from what failed.
   *
   * @throws RunRefused when it has not ended, or has done its work
   */
  public Run repair(long id) {
    Run run = get(id);
    int attempts = 1 + jobs.find(run.job()).map(Job::retries).orElse(0);
    int more = run.attempt() + attempts - run.attempts();
    if (!run.state().isFinal()
        || !run.state().next().contains(RunState.QUEUED)
        || !store.repair(run, more, config.maxQueued(), clock.instant())) {
      throw new RunRefused(
          Reason.WRONG_STATE,
          "Run %d is %s; only one that has ended FAILED, TIMED_OUT or CANCELED can be repaired."
              .formatted(id, get(id).state()));
    }
    workers.wake();
    return get(id);
  }

  /**
   * Deletes a run with its log.
   *
   * @throws RunRefused when it has not ended
   */
  public void delete(long id) {
    Run run = get(id);
    if (!run.state().isFinal() || !store.delete(run)) {
      throw new RunRefused(
          Reason.WRONG_STATE,
          "Run %d is %s; cancel it before it is deleted.".formatted(id, get(id).state()));
    }
    try {
      Files.deleteIfExists(logFile(id));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The log of run %d cannot be deleted; delete %s".formatted(id, logFile(id)), e);
    }
  }

  /** Where its log is, or will be. */
  public Path logFile(long id) {
    return workers.logFile(id);
  }

  /**
   * A piece of the log.
   *
   * @param offset in bytes
   * @param most bytes of it
   */
  public LogPiece log(long id, long offset, int most) {
    Run run = get(id);
    Path file = logFile(id);
    if (!Files.exists(file)) {
      return new LogPiece(new byte[0], 0, run.state().isFinal());
    }
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      long from = Math.max(0, Math.min(offset, in.length()));
      byte[] bytes = new byte[(int) Math.min(most, in.length() - from)];
      in.seek(from);
      in.readFully(bytes);
      long next = from + bytes.length;
      return new LogPiece(bytes, next, run.state().isFinal() && next == in.length());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The log of run %d cannot be read: %s; check that file's permissions".formatted(id, file),
          e);
    }
  }

  public Jobs jobs() {
    return jobs;
  }

  /** Ends what runs, which is taken up again by the next control process, at once. */
  @Override
  public void close() {
    workers.close();
  }
}
