package pinflow.control.runs;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;
import pinflow.control.jobs.Job;

/**
 * The rows of runs. Every move is one conditional update, {@code … WHERE id = ? AND state = ?}, so
 * of two processes that want to move a run one does; its history and its job's slot change in the
 * same transaction.
 */
final class RunStore {
  /** A run in a held state is its owner's, and after the lease anybody's. */
  static final String HELD = "state IN ('RUNNING', 'CANCELING')";

  static final String WAITING = "state IN ('QUEUED', 'RETRYING')";
  private static final int LONGEST_MESSAGE = 20_000;

  private final Jdbi jdbi;

  RunStore(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /** The slots that the job's runs need, made if they are missing. */
  void makeSlots(Job job) {
    jdbi.useTransaction(
        handle -> {
          enterGate(handle);
          int there =
              handle
                  .createQuery("SELECT COUNT(*) FROM job_slots WHERE job = :job")
                  .bind("job", job.name())
                  .mapTo(Integer.class)
                  .one();
          for (int slot = there; slot < job.concurrency(); slot++) {
            handle
                .createUpdate("INSERT INTO job_slots (job, slot) VALUES (:job, :slot)")
                .bind("job", job.name())
                .bind("slot", slot)
                .execute();
          }
        });
  }

  private static void enterGate(Handle handle) {
    handle
        .createQuery("SELECT id FROM queue_gate WHERE id = 1 FOR UPDATE")
        .mapTo(Integer.class)
        .one();
  }

  /**
   * A new run, or the one that has its token.
   *
   * @throws RunRefused when {@code most} are waiting
   */
  Run add(Submission asked, Duration timeout, int attempts, int most, Instant now) {
    return jdbi.inTransaction(
        handle -> {
          enterGate(handle);
          String token = asked.token();
          Optional<Run> same = token == null ? Optional.empty() : RunReads.ofToken(handle, token);
          if (same.isPresent()) {
            return same.get();
          }
          requireRoom(handle, most);
          Submission.Databricks databricks = asked.databricks();
          long id =
              handle
                  .createUpdate(
                      """
                      INSERT INTO runs (job, name, asked_by, token, parameters, timeout_ms, state, attempt, attempts,
                                        due, submitted, message, truncated, job_id, task_key)
                      VALUES (:job, :name, :asked_by, :token, :parameters, :timeout, 'QUEUED', 0, :attempts,
                              :now, :now, '', 0, :job_id, :task_key)
                      """)
                  .bind("job", asked.job())
                  .bind("name", asked.name())
                  .bind("asked_by", asked.askedBy())
                  .bind("token", token)
                  .bind("parameters", RunRows.json(asked.parameters()))
                  .bind("timeout", timeout.toMillis())
                  .bind("attempts", attempts)
                  .bind("now", now.toEpochMilli())
                  .bind("job_id", databricks == null ? null : databricks.jobId())
                  .bind("task_key", databricks == null ? null : databricks.taskKey())
                  .executeAndReturnGeneratedKeys("id")
                  .mapTo(Long.class)
                  .one();
          note(handle, id, null, RunState.QUEUED, 0, "asked for by " + asked.askedBy(), now);
          return RunReads.find(handle, id).orElseThrow();
        });
  }

  private static void requireRoom(Handle handle, int most) {
    int waiting =
        handle.createQuery("SELECT COUNT(*) FROM runs WHERE " + WAITING).mapTo(Integer.class).one();
    if (waiting >= most) {
      throw new RunRefused(
          RunRefused.Reason.QUEUE_FULL,
          "%d runs wait already, which is the most (control.max-queued). Try again when some have run."
              .formatted(waiting));
    }
  }

  /** Of the owner's runs these; one that it does not know any more becomes anybody's. */
  void renew(String owner, Collection<Long> ids, Instant until) {
    if (ids.isEmpty()) {
      return;
    }
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    "UPDATE runs SET lease_until = :until WHERE %s AND owner = :owner AND id IN (<ids>)"
                        .formatted(HELD))
                .bind("until", until.toEpochMilli())
                .bind("owner", owner)
                .bindList("ids", List.copyOf(ids))
                .execute());
  }

  void noteProcess(Run run, String owner, RunProcess.Identity process) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    "UPDATE runs SET pid = :pid, pid_started = :started WHERE id = :id AND owner = :owner")
                .bind("pid", process.pid())
                .bind("started", process.started().toEpochMilli())
                .bind("id", run.id())
                .bind("owner", owner)
                .execute());
  }

  /**
   * Takes a waiting run for this owner.
   *
   * @return empty when its job has no slot left, or another has taken the run
   */
  Optional<Run> claim(Run run, Job job, Run.Held held, Instant now) {
    return jdbi.inTransaction(
        handle -> {
          if (!takeSlot(handle, run.id(), job)) {
            return Optional.empty();
          }
          boolean moved =
              move(
                  handle,
                  run,
                  RunState.RUNNING,
                  run.attempt() + 1,
                  "",
                  now,
                  """
                  owner = :owner, host = :host, lease_until = :until, pid = NULL, pid_started = NULL,
                  attempt = attempt + 1, started = COALESCE(started, :now), result = NULL
                  """,
                  Map.of(
                      "owner", held.owner(),
                      "host", held.host(),
                      "until", held.leaseUntil().toEpochMilli()));
          if (!moved) {
            handle.rollback();
            return Optional.empty();
          }
          return RunReads.find(handle, run.id());
        });
  }

  private static boolean takeSlot(Handle handle, long id, Job job) {
    List<Integer> free =
        handle
            .createQuery(
                "SELECT slot FROM job_slots WHERE job = :job AND slot < :slots AND run_id IS NULL ORDER BY slot")
            .bind("job", job.name())
            .bind("slots", job.concurrency())
            .mapTo(Integer.class)
            .list();
    for (int slot : free) {
      int taken =
          handle
              .createUpdate(
                  "UPDATE job_slots SET run_id = :id WHERE job = :job AND slot = :slot AND run_id IS NULL")
              .bind("id", id)
              .bind("job", job.name())
              .bind("slot", slot)
              .execute();
      if (taken == 1) {
        return true;
      }
    }
    return false;
  }

  /** To RETRYING, or to QUEUED; {@code attempts} is added to what it may have. */
  boolean requeue(Run run, RunState to, int attempts, Instant due, String message, Instant now) {
    return jdbi.inTransaction(
        handle -> {
          release(handle, run);
          return rolledBackUnless(
              handle,
              move(
                  handle,
                  run,
                  to,
                  run.attempt(),
                  message,
                  now,
                  "due = :due, attempts = attempts + :more, owner = NULL, lease_until = NULL, ended = NULL",
                  Map.of("due", due.toEpochMilli(), "more", attempts)));
        });
  }

  /** As {@link #requeue} from the end, when fewer than {@code most} wait. */
  boolean repair(Run run, int attempts, int most, Instant now) {
    return jdbi.inTransaction(
        handle -> {
          enterGate(handle);
          requireRoom(handle, most);
          return requeue(run, RunState.QUEUED, attempts, now, "repair asked for", now);
        });
  }

  boolean cancelRunning(Run run, String message, Instant now) {
    return jdbi.inTransaction(
        handle ->
            move(
                handle,
                run,
                RunState.CANCELING,
                run.attempt(),
                message,
                now,
                "due = due",
                Map.of()));
  }

  /**
   * To a final state.
   *
   * @param notice whether somebody is to be told
   */
  boolean end(
      Run run,
      RunState to,
      String message,
      Run.@Nullable Output output,
      boolean notice,
      Instant now) {
    return jdbi.inTransaction(
        handle -> {
          release(handle, run);
          Map<String, Object> values = new java.util.HashMap<>();
          values.put("ended", now.toEpochMilli());
          values.put("notice", notice ? now.toEpochMilli() : null);
          values.put("result", output == null ? null : output.result());
          values.put("truncated", output != null && output.truncated() ? 1 : 0);
          values.put("read", output == null ? null : output.tablesRead());
          values.put("written", output == null ? null : output.tablesWritten());
          return rolledBackUnless(
              handle,
              move(
                  handle,
                  run,
                  to,
                  run.attempt(),
                  message,
                  now,
                  """
                  ended = :ended, notice_due = :notice, owner = NULL, lease_until = NULL, result = :result,
                  truncated = :truncated, tables_read = :read, tables_written = :written
                  """,
                  values));
        });
  }

  private static boolean rolledBackUnless(Handle handle, boolean moved) {
    if (!moved) {
      handle.rollback();
    }
    return moved;
  }

  /** Before the run's row, in the order in which a claim locks them. */
  private static void release(Handle handle, Run run) {
    if (run.state().isHeld()) {
      handle
          .createUpdate("UPDATE job_slots SET run_id = NULL WHERE run_id = :id")
          .bind("id", run.id())
          .execute();
    }
  }

  /** The one update that moves runs. The run must be as it was read: state, attempt and owner. */
  private static boolean move(
      Handle handle,
      Run run,
      RunState to,
      int attempt,
      String message,
      Instant now,
      String set,
      Map<String, ? extends @Nullable Object> values) {
    if (!run.state().next().contains(to)) {
      throw new IllegalStateException(
          "Run %d cannot go from %s to %s".formatted(run.id(), run.state(), to));
    }
    Run.Held held = run.held();
    boolean owned = held != null && run.state().isHeld();
    Update update =
        handle
            .createUpdate(
                """
                UPDATE runs SET state = :to, message = :message, %s
                WHERE id = :id AND state = :from AND attempt = :attempt %s
                """
                    .formatted(set, owned ? "AND owner = :held_by" : ""))
            .bind("to", to.name())
            .bind("message", cut(message))
            .bind("id", run.id())
            .bind("from", run.state().name())
            .bind("attempt", run.attempt());
    if (set.contains(":now")) {
      update.bind("now", now.toEpochMilli());
    }
    if (owned && held != null) {
      update.bind("held_by", held.owner());
    }
    values.forEach(update::bind);
    if (update.execute() == 0) {
      return false;
    }
    note(handle, run.id(), run.state(), to, attempt, message, now);
    return true;
  }

  private static String cut(String message) {
    return message.length() > LONGEST_MESSAGE ? message.substring(0, LONGEST_MESSAGE) : message;
  }

  private static void note(
      Handle handle,
      long id,
      @Nullable RunState from,
      RunState to,
      int attempt,
      String message,
      Instant now) {
    handle
        .createUpdate(
            """
            INSERT INTO run_moves (run_id, at_ms, from_state, to_state, attempt, message)
            VALUES (:id, :at, :from, :to, :attempt, :message)
            """)
        .bind("id", id)
        .bind("at", now.toEpochMilli())
        .bind("from", from == null ? null : from.name())
        .bind("to", to.name())
        .bind("attempt", attempt)
        .bind("message", cut(message))
        .execute();
  }

  /** Deletes a run that has ended, with its history. */
  boolean delete(Run run) {
    return jdbi.inTransaction(
        handle -> {
          handle
              .createUpdate("DELETE FROM run_moves WHERE run_id = :id")
              .bind("id", run.id())
              .execute();
          return rolledBackUnless(
              handle,
              handle
                      .createUpdate("DELETE FROM runs WHERE id = :id AND state = :state")
                      .bind("id", run.id())
                      .bind("state", run.state().name())
                      .execute()
                  == 1);
        });
  }
}
