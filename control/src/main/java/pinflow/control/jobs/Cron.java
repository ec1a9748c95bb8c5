package pinflow.control.jobs;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.schedule.CronSchedule;
import com.github.kagkarlsson.scheduler.task.schedule.CronStyle;
import com.github.kagkarlsson.scheduler.task.schedule.Schedule;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/**
 * Times of a clock on the wall: a Unix cron expression of five fields, in a zone.
 *
 * <p>A time that the change to summer time leaves out comes as much later as the clock jumps, and
 * one that the change back brings twice comes at the first: each once. (cron-utils, by which
 * expressions are read, leaves a daily 02:30 out on the day of the change.)
 *
 * @param expression such as {@code 30 2 * * *}
 * @param zone such as {@code Europe/Berlin}
 */
public record Cron(@JsonProperty("cron") String expression, @JsonProperty("zone") String zone) {
  /** The longest change of a zone's clock that has to be looked behind. */
  private static final Duration LONGEST_CHANGE = Duration.ofHours(3);

  /**
   * @throws IllegalArgumentException naming {@code schedule.cron} or {@code schedule.zone}
   */
  public Cron {
    try {
      ZoneId.of(zone);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "schedule.zone is %s; it must be a time zone's name, such as Europe/Berlin or UTC"
              .formatted(zone),
          e);
    }
    try {
      if (!after(expression, LocalDateTime.of(2024, 1, 1, 0, 0)).isBefore(never())) {
        throw new IllegalArgumentException("that time never comes");
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "schedule.cron is %s; it must be five fields (minute hour day month weekday), such as 30 2 * * *: %s"
              .formatted(expression, e.getMessage()),
          e);
    }
  }

  private static LocalDateTime never() {
    return LocalDateTime.ofInstant(Schedule.NEVER, ZoneOffset.UTC);
  }

  /** By the clock on the wall, which knows no zone. */
  private static LocalDateTime after(String expression, LocalDateTime time) {
    Instant next =
        new CronSchedule(expression, ZoneOffset.UTC, CronStyle.UNIX)
            .getNextExecutionTime(
                ExecutionComplete.simulatedSuccess(time.toInstant(ZoneOffset.UTC)));
    return LocalDateTime.ofInstant(next, ZoneOffset.UTC);
  }

  /** The first due time after this one. */
  public Instant next(Instant after) {
    ZoneId place = ZoneId.of(zone);
    LocalDateTime wall = LocalDateTime.ofInstant(after.minus(LONGEST_CHANGE), place);
    while (true) {
      wall = after(expression, wall);
      Instant due = wall.atZone(place).toInstant();
      if (due.isAfter(after)) {
        return due;
      }
    }
  }

  /**
   * The due times after the first and up to the second, the newest {@code most} of them.
   *
   * @param most bounds what a long pause brings
   */
  public List<Instant> between(Instant after, Instant until, int most) {
    List<Instant> due = new ArrayList<>();
    for (Instant next = next(after); !next.isAfter(until); next = next(next)) {
      due.add(next);
      if (due.size() > most) {
        due.remove(0);
      }
    }
    return due;
  }

  @Override
  public String toString() {
    return expression + " " + zone;
  }
}
