package pinflow.control.schedule;

import java.time.Instant;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/** What is remembered of schedules: whether they are paused, and until when all is handled. */
final class ScheduleRows {
  private final Jdbi jdbi;

  ScheduleRows(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  record Row(String cron, boolean paused, Instant handled) {}

  /** Nothing before now is due for a schedule that is new or another than it was. */
  void put(String job, String cron, Instant now) {
    int changed =
        jdbi.withHandle(
            handle ->
                handle
                    .createUpdate(
                        "UPDATE job_schedules SET cron = :cron, handled = :now WHERE job = :job AND cron <> :cron")
                    .bind("job", job)
                    .bind("cron", cron)
                    .bind("now", now.toEpochMilli())
                    .execute());
    boolean there =
        changed > 0
            || jdbi.withHandle(
                    handle ->
                        handle
                            .createQuery("SELECT COUNT(*) FROM job_schedules WHERE job = :job")
                            .bind("job", job)
                            .mapTo(Integer.class)
                            .one())
                > 0;
    if (there) {
      return;
    }
    try {
      jdbi.useHandle(
          handle ->
              handle
                  .createUpdate(
                      "INSERT INTO job_schedules (job, cron, paused, handled) VALUES (:job, :cron, 0, :now)")
                  .bind("job", job)
                  .bind("cron", cron)
                  .bind("now", now.toEpochMilli())
                  .execute());
    } catch (UnableToExecuteStatementException e) {
      get(job); // another control process that starts too has made it, or this fails as well
    }
  }

  Row get(String job) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("SELECT * FROM job_schedules WHERE job = :job")
                .bind("job", job)
                .map(
                    (row, context) ->
                        new Row(
                            row.getString("cron"),
                            row.getInt("paused") != 0,
                            Instant.ofEpochMilli(row.getLong("handled"))))
                .one());
  }

  /** Only from where it was: another process may have come further. */
  void handle(String job, Instant from, Instant to) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    "UPDATE job_schedules SET handled = :to WHERE job = :job AND handled = :from")
                .bind("job", job)
                .bind("from", from.toEpochMilli())
                .bind("to", to.toEpochMilli())
                .execute());
  }

  /** A change of it also sets what is handled. */
  void pause(String job, boolean paused, Instant now) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    "UPDATE job_schedules SET paused = :paused, handled = :now WHERE job = :job AND paused <> :paused")
                .bind("job", job)
                .bind("paused", paused ? 1 : 0)
                .bind("now", now.toEpochMilli())
                .execute());
  }
}
