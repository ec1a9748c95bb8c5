package pinflow.crash;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Posts without a break through a proxy that cuts replies, runs the daily job again and again, and
 * meanwhile kills: at each named point, then at random moments. Whatever was killed is started
 * again as a user would. In the end every post must be there once, and the tables must be those of
 * a run that nobody disturbed.
 */
public final class Crashes implements AutoCloseable {
  private static final Duration REACHED = Duration.ofMinutes(5);
  private static final double CUT_REPLIES = 0.2;

  /** Seconds that a round takes at most, on average; the posts are spread over all of them. */
  private static final int ROUND_SECONDS = 30;

  private final Form form;
  private final Random random;
  private final Pinflow pinflow;
  private final Debugger debugger;
  private final CuttingProxy proxy;
  private final CrashReport report = new CrashReport();

  private final Parts parts;

  private long atLastAudit;

  private Crashes(Path home, Form form, Path folder, long seed) throws IOException {
    requireMethods(home, form);
    this.form = form;
    this.random = new Random(seed);
    this.pinflow = new Pinflow(home.resolve("pinflow"), folder.resolve("disturbed"));
    this.debugger = new Debugger();
    this.proxy = new CuttingProxy(pinflow.gatewayPort(), CUT_REPLIES, seed);
    this.parts =
        new Parts(
            pinflow,
            debugger.jvmOptions(),
            "batch",
            proxy,
            Math.max(10, form.posts() / (form.kills() * ROUND_SECONDS)));
  }

  /**
   * Arguments: the project's folder; {@code short}, {@code points} (each once) or {@code long},
   * which writes docs/crashes.md; {@code live}, {@link LiveCrashes}; or {@code runs}, {@link
   * RunCrashes}.
   */
  public static void main(String[] args) throws IOException {
    Path home = Path.of(args[0]);
    Files.createDirectories(home.resolve("target"));
    Path folder = Files.createTempDirectory(home.resolve("target"), "crash.");
    long seed = Long.getLong("seed", 1);
    int code = 1;
    try {
      switch (args[1]) {
        case "live" -> run(new LiveCrashes(home, folder, CUT_REPLIES, seed));
        case "runs" -> run(new RunCrashes(home, folder, CUT_REPLIES, seed));
        default -> run(home, args[1], folder, seed);
      }
      code = 0;
    } catch (CrashException e) {
      System.err.println("crash: " + e.getMessage() + "; all is kept in " + folder);
    }
    if (code == 0) {
      delete(folder);
    }
    System.exit(code);
  }

  private static void run(Path home, String word, Path folder, long seed) throws IOException {
    try (Crashes crashes = new Crashes(home, Form.of(word), folder, seed)) {
      // Ctrl-C must not leave anything behind.
      Runtime.getRuntime().addShutdownHook(new Thread(crashes.parts::close));
      crashes.run();
      crashes.report.equalTables(
          Undisturbed.expectEqual(
              crashes.pinflow, crashes.form.posts(), folder.resolve("undisturbed")));
      if (word.equals("long")) {
        Files.writeString(home.resolve("docs/crashes.md"), crashes.report.markdown());
      }
      System.out.println(crashes.report.summary());
    }
  }

  private static void run(Scenario scenario) throws IOException {
    try (scenario) {
      Runtime.getRuntime().addShutdownHook(new Thread(scenario::close));
      scenario.run();
    }
  }

  private static void requireMethods(Path home, Form form) throws IOException {
    List<URL> programs = new ArrayList<>();
    for (String module : List.of("cli", "lake")) {
      String path = Files.readString(home.resolve(module).resolve("target/classpath"));
      programs.add(home.resolve("%1$s/target/pinflow-%1$s.jar".formatted(module)).toUri().toURL());
      for (String entry : path.strip().split(File.pathSeparator)) {
        programs.add(Path.of(entry).toUri().toURL());
      }
    }
    try (Stream<Path> plugin = Files.walk(home.resolve("sink/target/plugin"))) {
      for (Path jar : plugin.filter(file -> file.toString().endsWith(".jar")).toList()) {
        programs.add(jar.toUri().toURL());
      }
    }
    try (URLClassLoader loader =
        new URLClassLoader(programs.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      List<KillPoint> missing =
          form.points().stream().filter(point -> !point.isIn(loader)).toList();
      if (!missing.isEmpty()) {
        throw new CrashException("these points' methods are not there: " + missing);
      }
    }
  }

  private void run() {
    long began = System.nanoTime();
    parts.ensureUp();
    Undisturbed.generate(pinflow, form.posts());
    List<KillPoint> points = new ArrayList<>();
    for (int i = 0; i < form.repeats(); i++) {
      List<KillPoint> all = new ArrayList<>(form.points());
      Collections.shuffle(all, random);
      points.addAll(all);
    }
    points.sort(Comparator.comparing(point -> point.victim));
    int round = 0;
    @Nullable Victim debugged = null;
    for (KillPoint point : points) {
      if (point.victim != debugged) {
        debugged = point.victim;
        parts.debug(debugged);
      }
      round(++round, point.name(), () -> killAt(point));
    }
    debugger.disarm();
    parts.debug(null);
    List<Victim> victims = new ArrayList<>();
    for (int i = 0; i < form.random(); i++) {
      if (victims.isEmpty()) {
        victims.addAll(EnumSet.complementOf(EnumSet.of(Victim.LIVE)));
        Collections.shuffle(victims, random);
      }
      Victim victim = victims.remove(0);
      round(++round, "at random: " + victim, () -> killAtRandom(victim));
    }
    finish();
    report.took(Duration.ofNanos(System.nanoTime() - began));
  }

  private void round(int number, String name, Runnable kill) {
    parts.ensureUp();
    parts.ensureEmulator();
    long began = System.nanoTime();
    kill.run();
    double killed = (System.nanoTime() - began) / 1e9;
    double ready = parts.ensureUp();
    System.out.printf(
        "[%d/%d] %s: killed after %.1f s, ready again after %.1f s%n",
        number, form.kills(), name, killed, ready);
    report.killed(name, ready);
    if (number % form.auditEvery() == 0) {
      audit();
    }
  }

  private void killAt(KillPoint point) {
    CountDownLatch reached = new CountDownLatch(1);
    Runnable kill =
        () -> {
          parts.kill(point.victim);
          reached.countDown();
        };
    switch (point.when) {
      case AT_START -> {
        parts.kill(Victim.UP);
        debugger.arm(point, kill);
        parts.startUp();
      }
      case AT_WORK -> {
        if (point.victim == Victim.SPARK) {
          debugger.arm(point, kill);
          parts.startDaily();
        } else {
          pause(1_500);
          debugger.arm(point, kill);
        }
      }
      case AT_END -> {
        debugger.arm(point, kill);
        parts.askUpToEnd();
      }
    }
    if (!await(reached, point.when != KillPoint.When.AT_START)) {
      throw new CrashException(
          "%s (%s#%s) was not reached within %s"
              .formatted(point, point.type, point.method, REACHED));
    }
    parts.endDaily();
  }

  /** A daily job that is not hit goes on, through the next rounds if need be. */
  private void killAtRandom(Victim victim) {
    boolean spark = victim == Victim.SPARK || victim == Victim.ALL;
    do {
      if (spark || random.nextInt(4) == 0) {
        parts.ensureDaily();
      }
      pause(spark ? 12_000 : 4_000);
    } while (!parts.kill(victim));
  }

  private void audit() {
    parts.ensureUp();
    parts.endDaily();
    pinflow.run("job", "daily", "-q");
    JsonNode found = pinflow.json("audit", "--json");
    report.audited(found);
    long now = inLog(found);
    if (now <= atLastAudit) {
      // Nothing can be lost where nothing is taken.
      throw new CrashException(
          "the log still holds %,d records, as at the last audit: nothing was posted"
              .formatted(now));
    }
    atLastAudit = now;
    System.out.printf("audit: %,d in the log, nothing lost, nothing doubled%n", now);
  }

  private static long inLog(JsonNode audit) {
    long records = 0;
    for (JsonNode partition : audit.path("partitions")) {
      records += partition.path("log").path("end").asLong();
    }
    return records;
  }

  /** Sends the rest undisturbed and accounts for all. */
  private void finish() {
    parts.ensureUp();
    parts.endDaily();
    parts.killEmulator();
    JsonNode sent = pinflow.json(parts.emulate("--json"));
    pinflow.run("job", "daily", "-q");
    JsonNode found = pinflow.json("audit", "--deep", "--json");
    report.audited(found);
    long inLog = inLog(found);
    long acknowledged = Parts.acknowledged(sent);
    if (inLog != acknowledged) {
      throw new CrashException(
          "the log holds %,d records, %,d were acknowledged".formatted(inLog, acknowledged));
    }
    report.posted(inLog, proxy.replies(), proxy.cut());
    noStackTraces();
  }

  /** Killed parts may complain, in words. */
  private void noStackTraces() {
    try (Stream<Path> files = Files.list(pinflow.folder())) {
      for (Path file : files.filter(f -> f.toString().endsWith(".err")).toList()) {
        if (Files.readAllLines(file).stream().anyMatch(line -> line.startsWith("\tat "))) {
          throw new CrashException("a user was shown a stack trace: " + file);
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /**
   * @param posting whether the emulator is to be kept alive meanwhile
   */
  private boolean await(CountDownLatch latch, boolean posting) {
    long deadline = System.nanoTime() + REACHED.toNanos();
    try {
      while (System.nanoTime() < deadline) {
        if (latch.await(1, TimeUnit.SECONDS)) {
          return true;
        }
        if (posting) {
          parts.ensureEmulator();
        }
      }
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException("Interrupted", e);
    }
  }

  private void pause(int atMostMillis) {
    Parts.pause(random.nextInt(atMostMillis));
  }

  private static void delete(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(folder)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : all) {
      Files.delete(file);
    }
  }

  @Override
  public void close() throws IOException {
    debugger.close();
    parts.close();
  }
}
