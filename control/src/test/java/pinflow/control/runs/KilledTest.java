package pinflow.control.runs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.control.Rig;
import pinflow.control.jobs.Job;
import pinflow.control.jobs.JobKind;
import pinflow.control.jobs.Jobs;

/** A control process that is killed leaves runs behind. */
class KilledTest {
  @TempDir Path folder;

  /** The one that is killed. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] args) {
      ControlDatabase database =
          ControlDatabase.open(new ControlDatabase.Address(args[0], args[1], args[2]));
      Runs runs =
          Runs.start(
              database,
              jobs(Path.of(args[3])),
              Rig.SCRIPTS,
              Rig.config(Path.of(args[3])),
              InstantSource.system());
      for (String job : List.of("retried", "once", "canceled")) {
        runs.submit(new Submission(job, job, "test", null, Map.of(), null, null));
      }
    }
  }

  private static Jobs jobs(Path folder) {
    String script =
        "echo $$ >> '%s/'$JOB; test $(wc -l < '%s/'$JOB) -gt 1 || sleep 300"
            .formatted(folder, folder);
    return new Jobs(
        List.of(job("retried", script, 1), job("once", script, 0), job("canceled", script, 1)),
        Map.of());
  }

  private static Job job(String name, String script, int retries) {
    return new Job(
        name,
        JobKind.DAILY,
        Map.of("script", script),
        Duration.ofMinutes(5),
        retries,
        Duration.ZERO,
        null,
        1,
        Job.WhenBusy.WAIT,
        null);
  }

  @Test
  void theNextTakesThemUpOrEndsThemAndEndsTheirProcesses() throws Exception {
    ControlDatabase.Address address = Rig.emptyDatabase();
    Process victim =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName(),
                address.url(),
                address.user(),
                address.password(),
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("victim.log").toFile())
            .start();
    try (ControlDatabase database = ControlDatabase.open(address)) {
      RunReads reads = new RunReads(database.jdbi());
      Rig.until(() -> !victim.isAlive() || begun(reads) == 3);
      List<Run> all = reads.list(Runs.Filter.newest(10));
      assertThat(all).hasSize(3).extracting(Run::state).containsOnly(RunState.RUNNING);
      victim.destroyForcibly().waitFor();
      long left = Long.parseLong(Rig.text(folder.resolve("once")).strip());
      try (Runs next =
          Runs.start(
              database, jobs(folder), Rig.SCRIPTS, Rig.config(folder), InstantSource.system())) {
        next.cancel(id(all, "canceled"));
        Rig.until(() -> all.stream().allMatch(run -> next.get(run.id()).state().isFinal()));

        assertThat(ProcessHandle.of(left).filter(ProcessHandle::isAlive)).isEmpty();
        Run retried = next.get(id(all, "retried"));
        assertThat(retried.state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(retried.attempt()).isEqualTo(2);
        assertThat(next.history(retried.id()))
            .extracting(Run.Move::message)
            .anyMatch(message -> message.contains("is gone; the run is taken up again"));
        Run once = next.get(id(all, "once"));
        assertThat(once.state()).isEqualTo(RunState.FAILED);
        assertThat(once.message()).contains("was gone in the middle of attempt 1", "repair");
        assertThat(next.get(id(all, "canceled")).state()).isEqualTo(RunState.CANCELED);
      }
    } finally {
      victim.destroyForcibly();
    }
  }

  /** How many runs have a process that is known, and at work. */
  private long begun(RunReads reads) {
    return reads.list(Runs.Filter.newest(10)).stream()
        .filter(run -> run.held() != null && run.held().process() != null)
        .filter(run -> !Rig.text(folder.resolve(run.job())).isBlank())
        .count();
  }

  private static long id(List<Run> runs, String job) {
    return runs.stream().filter(run -> run.job().equals(job)).findFirst().orElseThrow().id();
  }
}
