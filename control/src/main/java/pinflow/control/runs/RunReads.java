package pinflow.control.runs;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
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
    List<String> where = new ArrayList<>(List.of("id < :before"));
    if (filter.job() != null) {
      where.add("job = :job");
    }
    if (filter.jobId() != null) {
      where.add("job_id = :job_id");
    }
    if (filter.active() != null) {
      where.add(filter.active() ? "ended IS NULL" : "ended IS NOT NULL");
    }
    return jdbi.withHandle(
        handle -> {
          var query =
              handle
                  .createQuery(
                      "SELECT * FROM runs WHERE %s ORDER BY id DESC LIMIT :limit OFFSET :offset"
                          .formatted(String.join(" AND ", where)))
                  .bind("before", filter.before())
                  .bind("limit", filter.limit())
                  .bind("offset", filter.offset());
          if (filter.job() != null) {
            query.bind("job", filter.job());
          }
          if (filter.jobId() != null) {
            query.bind("job_id", filter.jobId());
          }
          return query.map((row, context) -> RunRows.run(row)).list();
        });
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
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT * FROM runs WHERE %s AND job = :job AND due <= :now ORDER BY id LIMIT 50"
                        .formatted(RunStore.WAITING))
                .bind("job", job)
                .bind("now", now.toEpochMilli())
                .map((row, context) -> RunRows.run(row))
                .list());
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
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT * FROM runs WHERE %s AND owner = :owner".formatted(RunStore.HELD))
                .bind("owner", owner)
                .map((row, context) -> RunRows.run(row))
                .list());
  }

  /** The oldest of those that have ended before. */
  List<Run> endedBefore(Instant time, int most) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("SELECT * FROM runs WHERE ended < :time ORDER BY id LIMIT :most")
                .bind("time", time.toEpochMilli())
                .bind("most", most)
                .map((row, context) -> RunRows.run(row))
                .list());
  }

  /** Those whose owner has not renewed its lease. */
  List<Run> left(Instant now) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT * FROM runs WHERE %s AND lease_until < :now".formatted(RunStore.HELD))
                .bind("now", now.toEpochMilli())
                .map((row, context) -> RunRows.run(row))
                .list());
  }
}
