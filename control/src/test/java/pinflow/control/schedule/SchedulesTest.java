package pinflow.control.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.kagkarlsson.scheduler.testhelper.ManualScheduler;
import com.github.kagkarlsson.scheduler.testhelper.SettableClock;
import com.github.kagkarlsson.scheduler.testhelper.TestHelper;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.control.Rig;
import pinflow.control.jobs.Job;
import pinflow.control.jobs.JobKind;
import pinflow.control.jobs.JobSchedule;
import pinflow.control.jobs.JobSchedule.CatchUp;
import pinflow.control.jobs.Jobs;
import pinflow.control.runs.ControlDatabase;
import pinflow.control.runs.Run;
import pinflow.control.runs.Runs;
import pinflow.control.runs.RunsConfig;
import pinflow.control.runs.SubmittingRuns;

class SchedulesTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @TempDir Path folder;
  private final SettableClock clock = new SettableClock();
  private final List<AutoCloseable> parts = new ArrayList<>();
  private ControlDatabase database;

  SchedulesTest() {
    database = ControlDatabase.open(Rig.emptyDatabase());
    parts.add(database);
  }

  @BeforeEach
  void begin() {
    clock.set(Instant.parse("2026-01-01T12:00:00Z"));
  }

  @AfterEach
  void close() throws Exception {
    for (int i = parts.size() - 1; i >= 0; i--) {
      parts.get(i).close();
    }
  }

  private static Job job(String name, String cron, CatchUp catchUp) {
    return Job.of(
        name,
        JobKind.DAILY,
        null,
        null,
        null,
        null,
        JobSchedule.of(cron, BERLIN.getId(), catchUp),
        null,
        null,
        null);
  }

  /** Threads of none of them run: {@link #fire} does. */
  private Schedules start(Runs runs) {
    Schedules schedules =
        Schedules.start(
            database,
            runs,
            clock::now,
            db -> TestHelper.createManualScheduler(db.dataSource()).clock(clock));
    parts.add(schedules);
    return schedules;
  }

  private Runs runs(Job... jobs) {
    RunsConfig config = Rig.config(folder);
    return SubmittingRuns.open(database, new Jobs(List.of(jobs), Map.of()), config, clock::now);
  }

  private static void fire(Schedules schedules) {
    ((ManualScheduler) schedules.scheduler()).runAnyDueExecutions();
  }

  private static List<Instant> due(Runs runs) {
    return runs.list(Runs.Filter.newest(1_000)).stream()
        .map(run -> String.valueOf(run.asked().token()).split(":", 3)[2])
        .map(Instant::parse)
        .sorted()
        .toList();
  }

  /** With both changes of the clock, at a time that one of them leaves out and one brings twice. */
  @Test
  void fourHundredDaysEachOnceThoughTwoProcessesFire() {
    Runs runs = runs(job("daily", "30 2 * * *", CatchUp.LATEST));
    List<Schedules> both = List.of(start(runs), start(runs));
    Instant end = clock.now().plus(Duration.ofDays(400));
    while (clock.now().isBefore(end)) {
      clock.tick(Duration.ofHours(12));
      both.forEach(SchedulesTest::fire);
    }

    List<Instant> due = due(runs);
    assertThat(due.stream().map(time -> LocalDate.ofInstant(time, BERLIN)).toList())
        .isEqualTo(
            IntStream.rangeClosed(1, 400)
                .mapToObj(day -> LocalDate.of(2026, 1, 1).plusDays(day))
                .collect(Collectors.toList()));
    assertThat(due)
        .contains(
            Instant.parse("2026-03-28T01:30:00Z"),
            Instant.parse("2026-03-29T01:30:00Z"), // 03:30: there is no 02:30
            Instant.parse("2026-03-30T00:30:00Z"),
            Instant.parse("2026-10-25T00:30:00Z"), // the first of two
            Instant.parse("2026-10-26T01:30:00Z"));
  }

  @Test
  void missedTimesAreCaughtUpAsConfigured() {
    Job[] jobs = {
      job("none", "0 3 * * *", CatchUp.NONE),
      job("latest", "0 3 * * *", CatchUp.LATEST),
      job("all", "0 3 * * *", CatchUp.ALL)
    };
    start(runs(jobs));
    clock.tick(Duration.ofDays(5));
    Runs runs = runs(jobs);
    fire(start(runs)); // all were away for five days

    Map<String, Long> byJob =
        runs.list(Runs.Filter.newest(100)).stream()
            .collect(Collectors.groupingBy(Run::job, Collectors.counting()));
    assertThat(byJob).isEqualTo(Map.of("latest", 1L, "all", 5L));
  }

  @Test
  void pausedItStaysPausedAndResumedItGoesOn() {
    Job job = job("daily", "0 3 * * *", CatchUp.ALL);
    Runs runs = runs(job);
    assertThat(start(runs).pause("daily").orElseThrow().next()).isNull();
    Schedules again = start(runs);
    clock.tick(Duration.ofDays(3));
    fire(again);
    assertThat(runs.list(Runs.Filter.newest(10))).isEmpty();

    assertThat(again.resume("daily").orElseThrow().next())
        .isEqualTo(Instant.parse("2026-01-05T02:00:00Z"));
    assertThat(again.next("daily", 2))
        .containsExactly(
            Instant.parse("2026-01-05T02:00:00Z"), Instant.parse("2026-01-06T02:00:00Z"));
    clock.tick(Duration.ofDays(1));
    fire(again);
    assertThat(due(runs)).containsExactly(Instant.parse("2026-01-05T02:00:00Z"));
    assertThat(again.pause("compact")).isEmpty();
  }

  @Test
  void aWrongScheduleIsRefusedWithItsField() {
    assertThatThrownBy(() -> JobSchedule.of("61 2 * * *", "UTC", null))
        .hasMessageStartingWith("schedule.cron is 61 2 * * *; it must be five fields");
    assertThatThrownBy(() -> JobSchedule.of("0 0 30 2 *", "UTC", null))
        .hasMessageContaining("that time never comes");
    assertThatThrownBy(() -> JobSchedule.of("0 2 * * *", "Europe/Berln", null))
        .hasMessageStartingWith("schedule.zone is Europe/Berln");
  }
}
