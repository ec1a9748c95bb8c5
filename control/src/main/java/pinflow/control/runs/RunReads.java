package pinflow.control.runs;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import pinflow.control.jobs.Job;

/** Looks at the rows of runs; changes none. */
final class RunReads {
  private final Jdbi jdbi;

  RunReads(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  static Optional<Run> ofToken(Handle handle, String token) {
    return handle
        .createQuery("SELECT * FROM runs WHERE token = :token")
        .bind("token", token)
        .map((row, context) -> RunRows.run(row))
        .findOne();
  }

  Optional<Run> find(long id) {
    return jdbi.withHandle(handle -> find(handle, id));
  }

  static Optional<Run> find(Handle handle, long id) {
    return handle
        .createQuery("SELECT * FROM runs WHERE id = :id")
        .bind("id", id)
        .map((row, context) -> RunRows.run(row))
        .findOne();
  }

  /** The newest first. */
  List<Run> list(Runs.Filter filter) {
    Map<String, Object> values = new HashMap<>();
    values.put("before", filter.before());
    values.put("limit", filter.limit());
    values.put("offset", filter.offset());
    List<String> where = new ArrayList<>(List.of("id < :before"));
    if (filter.job() != null) {
      where.add("job = :job");
      values.put("job", filter.job());
    }
    if (filter.jobId() != null) {
      where.add("job_id = :job_id");
      values.put("job_id", filter.jobId());
    }
    if (filter.active() != null) {
      where.add(filter.active() ? "ended IS NULL" : "ended IS NOT NULL");
    }
    return runs(
        String.join(" AND ", where) + " ORDER BY id DESC LIMIT :limit OFFSET :offset", values);
  }

  private List<Run> runs(String where, Map<String, ?> values) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("SELECT * FROM runs WHERE " + where)
                .bindMap(values)
                .map((row, context) -> RunRows.run(row))
                .list());
  }

  List<Run.Move> moves(long id) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("SELECT * FROM run_moves WHERE run_id = :id ORDER BY id")
                .bind("id", id)
                .map((row, context) -> RunRows.move(row))
                .list());
  }

  /** Runs of a job that may begin, the oldest first. */
  List<Run> due(String job, Instant now) {
    return runs(
        RunStore.WAITING + " AND job = :job AND due <= :now ORDER BY id LIMIT 50",
        Map.of("job", job, "now", now.toEpochMilli()));
  }

  /** Waiting runs of jobs that are none of these. */
  List<Run> waitingOfOthers(Collection<String> jobs) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT * FROM runs WHERE %s AND job NOT IN (<jobs>) ORDER BY id LIMIT 50"
                        .formatted(RunStore.WAITING))
                .bindList("jobs", List.copyOf(jobs))
                .map((row, context) -> RunRows.run(row))
                .list());
  }

  /** Whether as many runs of the job run as may. */
  boolean isBusy(Job job) {
    return jdbi.withHandle(
        handle ->
            handle
                    .createQuery(
                        "SELECT COUNT(*) FROM job_slots WHERE job = :job AND slot < :slots AND run_id IS NULL")
                    .bind("job", job.name())
                    .bind("slots", job.concurrency())
                    .mapTo(Integer.class)
                    .one()
                == 0);
  }

  List<Run> heldBy(String owner) {
    return runs(RunStore.HELD + " AND owner = :owner", Map.of("owner", owner));
  }

  /** The oldest of those that have ended before. */
  List<Run> endedBefore(Instant time, int most) {
    return runs(
        "ended < :time ORDER BY id LIMIT :most", Map.of("time", time.toEpochMilli(), "most", most));
  }

  /** Those whose owner has not renewed its lease. */
  List<Run> left(Instant now) {
    return runs(RunStore.HELD + " AND lease_until < :now", Map.of("now", now.toEpochMilli()));
  }
}
