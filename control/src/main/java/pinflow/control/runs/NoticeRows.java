package pinflow.control.runs;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** Which runs somebody is to be told of, and who tells it. */
final class NoticeRows {
  private final Jdbi jdbi;

  NoticeRows(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /** Takes the notices that are due, for as long as it may take to give them. */
  List<Run> take(Instant now, Instant until) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT * FROM runs WHERE notice_due <= :now AND ended IS NOT NULL ORDER BY id LIMIT 10")
                .bind("now", now.toEpochMilli())
                .map((row, context) -> RunRows.run(row))
                .list()
                .stream()
                .filter(
                    run ->
                        handle
                                .createUpdate(
                                    "UPDATE runs SET notice_due = :until WHERE id = :id AND notice_due <= :now")
                                .bind("until", until.toEpochMilli())
                                .bind("id", run.id())
                                .bind("now", now.toEpochMilli())
                                .execute()
                            == 1)
                .toList());
  }

  void given(long id) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate("UPDATE runs SET notice_due = NULL WHERE id = :id")
                .bind("id", id)
                .execute());
  }
}
