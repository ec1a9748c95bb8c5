package pinflow.control.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.control.Rig;
import pinflow.control.jobs.Job;
import pinflow.control.jobs.JobKind;
import pinflow.control.jobs.Jobs;
import pinflow.control.jobs.OnFailure;

class RunsTest {
  @TempDir Path folder;
  private final List<AutoCloseable> parts = new ArrayList<>();
  private ControlDatabase.Address address;

  @BeforeEach
  void empty() {
    address = Rig.emptyDatabase();
  }

  @AfterEach
  void close() throws Exception {
    for (int i = parts.size() - 1; i >= 0; i--) {
      parts.get(i).close();
    }
  }

  private Runs start(RunsConfig config, Job... jobs) {
    return start(config, InstantSource.system(), jobs);
  }

  private Runs start(RunsConfig config, InstantSource clock, Job... jobs) {
    ControlDatabase database = ControlDatabase.open(address);
    parts.add(database);
    Runs runs = Runs.start(database, new Jobs(List.of(jobs), Map.of()), Rig.SCRIPTS, config, clock);
    parts.add(runs);
    return runs;
  }

  private Runs start(Job... jobs) {
    return start(Rig.config(folder), jobs);
  }

  private static Run submit(Runs runs, String job) {
    return runs.submit(asked(job, null));
  }

  private static Submission asked(String job, @Nullable String token) {
    return new Submission(job, job, "test", token, Map.of(), null, null);
  }

  private static Run end(Runs runs, Run run) {
    Rig.until(() -> runs.get(run.id()).state().isFinal());
    return runs.get(run.id());
  }

  private static void untilIs(Runs runs, Run run, RunState state) {
    Rig.until(() -> runs.get(run.id()).state() == state);
  }

  @Test
  void keepsWhatARunHasLeft() {
    Runs runs =
        start(
            Rig.job(
                "good",
                "echo working $JOB >&2; echo words; echo '{\"batch\":3,\"versions\":{\"read\":{\"pin\":4},\"written\":{\"pin\":5}}}'"));
    Run run = end(runs, submit(runs, "good"));

    assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(run.output())
        .isEqualTo(
            new Run.Output(
                "{\"batch\":3,\"versions\":{\"read\":{\"pin\":4},\"written\":{\"pin\":5}}}",
                false,
                "{\"pin\":4}",
                "{\"pin\":5}"));
    assertThat(Rig.text(runs.logFile(run.id())))
        .contains("run 1 of good, attempt 1 of 1", "working good", "Succeeded.");
    assertThat(runs.history(run.id()))
        .extracting(Run.Move::to)
        .containsExactly(RunState.QUEUED, RunState.RUNNING, RunState.SUCCEEDED);
  }

  @Test
  void retriesThenFailsWithItsMessageAndGoesOnWhenRepaired() throws Exception {
    ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
    HttpServer hook =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    hook.createContext(
        "/",
        exchange -> {
          told.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          // The first time it is out of order.
          exchange.sendResponseHeaders(told.size() == 1 ? 500 : 204, -1);
          exchange.close();
        });
    hook.start();
    parts.add(() -> hook.stop(0));
    Path mended = folder.resolve("mended");
    Path byCommand = folder.resolve("told");
    Job job =
        new Job(
            "mends",
            JobKind.DAILY,
            Map.of(
                "script",
                "test -f '%s' && exit 0; echo 'pinflow: The disk is full. Make room.' >&2; echo more >&2; exit 4"
                    .formatted(mended)),
            Duration.ofMinutes(1),
            1,
            Duration.ofMillis(10),
            null,
            1,
            Job.WhenBusy.WAIT,
            new OnFailure(
                URI.create("http://127.0.0.1:%d/".formatted(hook.getAddress().getPort())),
                List.of("sh", "-c", "cat > '" + byCommand + "'")));
    Runs runs = start(job);
    Run run = end(runs, submit(runs, "mends"));

    assertThat(run.state()).isEqualTo(RunState.FAILED);
    assertThat(run.message()).isEqualTo("The disk is full. Make room.");
    assertThat(run.attempt()).isEqualTo(2);
    Rig.until(() -> Rig.text(runs.logFile(run.id())).contains("On failure: told command sh"));
    assertThat(told).hasSize(2);
    assertThat(told.peek())
        .contains("\"event\":\"run.failed\"", "\"run_id\":1", "\"message\":\"The disk is full.");
    assertThat(Rig.text(byCommand)).isEqualTo(told.peek());

    Files.createFile(mended);
    assertThat(end(runs, runs.repair(run.id())).state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(runs.get(run.id()).attempt()).isEqualTo(3);
    assertThatThrownBy(() -> runs.repair(run.id()))
        .isInstanceOf(RunRefused.class)
        .hasMessageContaining("SUCCEEDED; only one that has ended FAILED");
  }

  @Test
  void cancelAndTimeoutEndAllProcesses() {
    Path pid = folder.resolve("pid");
    // The shell passes nothing on to its child, and neither heeds what it is asked.
    String stubborn = "trap '' TERM; (trap '' TERM; echo $$ > '%s'; sleep 300) ; sleep 300";
    Runs runs = start(Rig.job("endless", stubborn.formatted(pid)), Rig.job("waits", "sleep 300"));
    Run run = submit(runs, "endless");
    Rig.until(() -> !Rig.text(pid).isBlank());
    List<ProcessHandle> tree =
        ProcessHandle.of(Long.parseLong(Rig.text(pid).strip())).stream()
            .flatMap(
                p -> java.util.stream.Stream.concat(p.descendants(), java.util.stream.Stream.of(p)))
            .toList();
    assertThat(tree).hasSizeGreaterThan(1);
    assertThat(runs.cancel(run.id()).state()).isEqualTo(RunState.CANCELING);
    assertThat(end(runs, run).state()).isEqualTo(RunState.CANCELED);
    Rig.until(() -> tree.stream().noneMatch(ProcessHandle::isAlive));
    assertThat(runs.cancel(run.id()).state()).isEqualTo(RunState.CANCELED);

    Run slow =
        runs.submit(
            new Submission("waits", "w", "test", null, Map.of(), Duration.ofSeconds(1), null));
    Run queued = submit(runs, "waits");
    assertThat(runs.cancel(queued.id()).state()).isEqualTo(RunState.CANCELED);
    assertThat(end(runs, slow).state()).isEqualTo(RunState.TIMED_OUT);
    assertThat(runs.get(slow.id()).message()).contains("timeout of PT1S");
  }

  @Test
  void oneOfAJobAtATimeAndTheNextWaitsOrIsSkipped() {
    String script = "while ! test -f '%s/go'; do sleep 0.1; done".formatted(folder);
    Runs runs =
        start(
            Rig.job("waits", script, 1, Job.WhenBusy.WAIT),
            Rig.job("skips", script, 1, Job.WhenBusy.SKIP));
    Run first = submit(runs, "waits");
    Run second = submit(runs, "waits");
    Run third = submit(runs, "skips");
    untilIs(runs, first, RunState.RUNNING);
    untilIs(runs, third, RunState.RUNNING);
    Run fourth = end(runs, submit(runs, "skips"));

    assertThat(fourth.state()).isEqualTo(RunState.SKIPPED);
    assertThat(fourth.message()).contains("when-busy: skip");
    assertThat(runs.get(second.id()).state()).isEqualTo(RunState.QUEUED);
    create(folder.resolve("go"));
    assertThat(end(runs, second).state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(end(runs, third).state()).isEqualTo(RunState.SUCCEEDED);
  }

  private static void create(Path file) {
    try {
      Files.createFile(file);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aTokenIsOneRunAndTheQueueIsBounded() throws Exception {
    RunsConfig config =
        new RunsConfig(
            folder, 100, 1, Duration.ofSeconds(4), Duration.ZERO, 64 << 10, Duration.ofDays(90));
    ControlDatabase database = ControlDatabase.open(address);
    parts.add(database);
    Jobs jobs = new Jobs(List.of(), Map.of());
    Runs runs = Runs.opened(database, jobs, Rig.SCRIPTS, config, InstantSource.system());
    ExecutorService threads = Executors.newFixedThreadPool(8);
    parts.add(threads::shutdownNow);

    List<Callable<Long>> same =
        IntStream.range(0, 20)
            .mapToObj(i -> (Callable<Long>) () -> runs.submit(asked("daily", "one")).id())
            .toList();
    assertThat(results(threads.invokeAll(same))).hasSize(20).containsOnly(1L);
    assertThat(runs.submit(asked("daily", "ONE")).id()).isNotEqualTo(1L);
    List<Callable<Long>> many =
        IntStream.range(0, 300)
            .mapToObj(i -> (Callable<Long>) () -> runs.submit(asked("daily", null)).id())
            .toList();
    List<Long> taken = results(threads.invokeAll(many));

    assertThat(taken).hasSize(98).doesNotHaveDuplicates();
    assertThat(runs.list(Runs.Filter.newest(1000))).hasSize(100);
    assertThatThrownBy(() -> runs.submit(asked("daily", null)))
        .isInstanceOf(RunRefused.class)
        .hasMessageContaining("control.max-queued");
    assertThatThrownBy(() -> runs.submit(asked("dialy", null)))
        .hasMessageContaining("Known are daily, compact, vacuum, audit");
  }

  private static List<Long> results(List<Future<Long>> futures) throws InterruptedException {
    List<Long> taken = new ArrayList<>();
    for (Future<Long> future : futures) {
      try {
        taken.add(future.get());
      } catch (java.util.concurrent.ExecutionException e) {
        assertThat(e).hasCauseInstanceOf(RunRefused.class);
      }
    }
    return taken;
  }

  @Test
  void twoControlProcessesRunEachOnceAndNeverTwoTogether() {
    Path log = folder.resolve("order");
    String script = "echo begin >> '%s'; sleep 0.05; echo end >> '%s'".formatted(log, log);
    Runs one = start(Rig.job("steps", script));
    Runs other = start(Rig.job("steps", script));
    List<Run> all =
        IntStream.range(0, 12).mapToObj(i -> submit(i % 2 == 0 ? one : other, "steps")).toList();
    all.forEach(run -> assertThat(end(one, run).state()).isEqualTo(RunState.SUCCEEDED));

    assertThat(Rig.text(log)).isEqualTo("begin\nend\n".repeat(12));
  }

  @Test
  void closedInTheMiddleItsRunsAreBegunAgainByTheNext() throws Exception {
    Path log = folder.resolve("begun");
    String script =
        "echo begun >> '%s'; test $(wc -l < '%s') -gt 1 || sleep 300".formatted(log, log);
    Runs first = start(Rig.job("again", script));
    Run run = submit(first, "again");
    Rig.until(() -> !Rig.text(log).isEmpty());
    first.close();
    Runs second = start(Rig.job("again", script));

    assertThat(end(second, run).state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(Rig.text(log)).isEqualTo("begun\nbegun\n");
  }

  @Test
  void whatWasAskedForWronglyIsNotTriedAgain() {
    Job usage = retried("usage", "exit 2");
    Job bad = retried("bad", "echo '{\"again\": false}'; exit 1");
    Job unlucky = retried("unlucky", "exit 1");
    Runs runs = start(usage, bad, unlucky);
    assertThat(
            List.of(usage, bad, unlucky).stream()
                .map(job -> end(runs, submit(runs, job.name())).attempt()))
        .containsExactly(1, 1, 3);
  }

  private static Job retried(String name, String script) {
    return new Job(
        name,
        JobKind.DAILY,
        Map.of("script", script),
        Duration.ofMinutes(2),
        2,
        Duration.ZERO,
        null,
        1,
        Job.WhenBusy.WAIT,
        null);
  }

  @Test
  void aRunThatEndedLongAgoIsDeletedWithItsLog() {
    AtomicReference<Duration> later = new AtomicReference<>(Duration.ZERO);
    Runs runs =
        start(Rig.config(folder), () -> Instant.now().plus(later.get()), Rig.job("good", "true"));
    Run old = end(runs, submit(runs, "good"));
    assertThat(runs.logFile(old.id())).exists();
    later.set(Duration.ofDays(91));
    Rig.until(() -> runs.find(old.id()).isEmpty());
    Rig.until(() -> !Files.exists(runs.logFile(old.id())));
  }

  @Test
  void aLongLogSaysWhatIsLeftOut() {
    Runs runs =
        start(Rig.job("loud", "yes line | head -c 1000000 >&2; echo 'the last words' >&2; exit 3"));
    Run run = end(runs, submit(runs, "loud"));

    assertThat(run.message()).contains("exit code 3", "the last words");
    String log = Rig.text(runs.logFile(run.id()));
    assertThat(log).contains("bytes are left out here", "the last words");
    assertThat(log.length()).isLessThan(140_000);
  }
}
