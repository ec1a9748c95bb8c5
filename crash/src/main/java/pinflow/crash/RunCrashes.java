package pinflow.crash;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Asks for run after run of the jobs, two of a job at a time, while control, the database that has
 * the runs, and the runs' own processes are killed. No two runs of a job may ever be there at one
 * time. In the end every run must have ended, one that failed with a reason, and the tables must be
 * those of a run that nobody disturbed. Needs Linux: it looks for processes in {@code /proc}.
 */
final class RunCrashes implements Scenario {
  private static final int POSTS = 12_000;

  /** So many of each job. */
  private static final Map<String, Integer> RUNS =
      new TreeMap<>(Map.of("daily", 50, "compact", 30, "vacuum", 30, "audit", 90));

  /** Seconds that a run takes at most, on average; the posts are spread over all of them. */
  private static final int RUN_SECONDS = 30;

  /** Asked for and not ended. */
  private static final int AT_A_TIME = 6;

  private static final Duration LAST = Duration.ofMinutes(10);
  private static final Duration ANSWERS = Duration.ofMinutes(1);

  private final Path folder;
  private final Pinflow pinflow;
  private final Parts parts;
  private final Random random;
  private final Map<String, Integer> killed = new TreeMap<>();
  private final AtomicReference<@Nullable String> doubled = new AtomicReference<>();

  RunCrashes(Path home, Path folder, double cutReplies, long seed) throws IOException {
    this.folder = folder;
    String jobs =
        String.join(
            ", ", RUNS.keySet().stream().map("{name: %s, backoff: 1s}"::formatted).toList());
    this.pinflow =
        new Pinflow(home.resolve("pinflow"), folder.resolve("runs"), "jobs: [" + jobs + "]");
    CuttingProxy proxy = new CuttingProxy(pinflow.gatewayPort(), cutReplies, seed);
    int runs = RUNS.values().stream().mapToInt(Integer::intValue).sum();
    this.parts = new Parts(pinflow, "", "batch", proxy, POSTS / (runs * RUN_SECONDS));
    this.random = new Random(seed);
  }

  @Override
  public void run() throws IOException {
    Thread watch = new Thread(this::watch, "watch");
    watch.setDaemon(true);
    watch.start();
    parts.ensureUp();
    Undisturbed.generate(pinflow, POSTS);
    List<String> jobs = new ArrayList<>();
    RUNS.forEach((job, times) -> jobs.addAll(Collections.nCopies(times, job)));
    Collections.shuffle(jobs, random);
    for (int asked = 0; asked < jobs.size(); ) {
      parts.ensureUp();
      parts.ensureEmulator();
      for (int there = active(); there < AT_A_TIME && asked < jobs.size(); there++) {
        pinflow.run("run", jobs.get(asked++), "--no-wait", "-q");
      }
      Parts.pause(random.nextInt(12_000));
      String victim = kill();
      killed.merge(victim, 1, Integer::sum);
      System.out.printf("[%d/%d runs] killed: %s%n", asked, jobs.size(), victim);
      expectNoneDoubled();
    }
    finish(jobs.size());
  }

  /**
   * @return what was hit
   */
  private String kill() {
    int dice = random.nextInt(10);
    if (dice < 2) {
      parts.kill(Victim.UP);
      return "control, with all of up";
    }
    if (dice < 3) {
      parts.kill(Victim.DATABASE);
      return "database";
    }
    List<ProcessHandle> processes =
        runs().values().stream()
            .flatMap(List::stream)
            .flatMap(run -> Stream.concat(Stream.of(run), run.descendants()))
            .toList();
    if (processes.isEmpty()) {
      return "nothing, no run was underway";
    }
    ProcessHandle process = processes.get(random.nextInt(processes.size()));
    boolean spark = process.descendants().findAny().isEmpty();
    process.destroyForcibly();
    return spark ? "a run's Spark or a run without one" : "a run";
  }

  /** Once control answers; it may still be without the database that was killed. */
  private int active() {
    long deadline = System.nanoTime() + ANSWERS.toNanos();
    while (true) {
      try {
        return pinflow.json("runs", "list", "--active", "--json").path("runs").size();
      } catch (CrashException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        Parts.pause(500);
      }
    }
  }

  /** The processes of runs on this state, by their job. */
  private Map<String, List<ProcessHandle>> runs() {
    Map<String, List<ProcessHandle>> found = new HashMap<>();
    ProcessHandle.allProcesses()
        .forEach(
            process -> {
              List<String> line = commandLine(process);
              int job = line.indexOf("job");
              if (job >= 0
                  && job + 1 < line.size()
                  && line.contains(pinflow.folder().resolve("state").toString())) {
                found.computeIfAbsent(line.get(job + 1), name -> new ArrayList<>()).add(process);
              }
            });
    // What a process starts has its command line for a moment.
    found
        .values()
        .forEach(
            processes ->
                processes.removeIf(p -> p.parent().filter(processes::contains).isPresent()));
    return found;
  }

  private static List<String> commandLine(ProcessHandle process) {
    try {
      byte[] line = Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
      return Arrays.asList(new String(line, StandardCharsets.UTF_8).split("\0"));
    } catch (IOException e) {
      return List.of(); // it has ended
    }
  }

  private void watch() {
    while (true) {
      runs()
          .forEach(
              (job, processes) -> {
                if (processes.size() > 1) {
                  doubled.compareAndSet(null, job + ": " + processes);
                }
              });
      Parts.pause(200);
    }
  }

  private void expectNoneDoubled() {
    String found = doubled.get();
    if (found != null) {
      throw new CrashException("two runs of a job were there at one time: " + found);
    }
  }

  private void finish(int asked) throws IOException {
    long deadline = System.nanoTime() + LAST.toNanos();
    do {
      if (System.nanoTime() > deadline) {
        throw new CrashException("runs have not ended within " + LAST);
      }
      Parts.pause(1_000);
      parts.ensureUp();
    } while (active() > 0);
    expectNoneDoubled();
    JsonNode runs = pinflow.json("runs", "list", "--limit", "1000", "--json").path("runs");
    if (runs.size() != asked) {
      throw new CrashException(
          "%d runs were asked for, %d are there".formatted(asked, runs.size()));
    }
    Map<String, Integer> states = new TreeMap<>();
    int attempts = 0;
    for (JsonNode run : runs) {
      states.merge(run.path("state").asText(), 1, Integer::sum);
      attempts += run.path("attempt").asInt();
      boolean well = run.path("state").asText().equals("SUCCEEDED");
      if (!run.path("final").asBoolean() || (!well && run.path("message").asText("").isEmpty())) {
        throw new CrashException("a run has not ended with a reason: " + run);
      }
      if (!well) {
        System.out.printf(
            "run %s of %s: %s, %s%n",
            run.path("id"),
            run.path("job").asText(),
            run.path("state").asText(),
            run.path("message").asText());
      }
    }
    parts.killEmulator();
    pinflow.run(parts.emulate());
    pinflow.run("run", "daily", "-q");
    pinflow.run("audit", "--deep", "-q");
    List<String> tables = Undisturbed.expectEqual(pinflow, POSTS, folder.resolve("undisturbed"));
    System.out.printf(
        "%d runs in %d attempts; killed: %s.%nAll ended: %s. No two of a job at one time; audit --deep is good.%n"
            + "The tables are those of an undisturbed run: %s.%n",
        asked, attempts, killed, states, tables);
  }

  @Override
  public void close() {
    parts.close();
  }
}
