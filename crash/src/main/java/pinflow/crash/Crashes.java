package pinflow.crash;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
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
  private static final Duration READY = Duration.ofSeconds(60);
  private static final Duration REACHED = Duration.ofSeconds(90);
  private static final Duration DAILY = Duration.ofMinutes(3);
  private static final double CUT_REPLIES = 0.2;

  /** Seconds that a round takes at most, on average; the posts are spread over all of them. */
  private static final int ROUND_SECONDS = 40;

  private final Size size;
  private final Random random;
  private final Pinflow pinflow;
  private final Debugger debugger;
  private final CuttingProxy proxy;
  private final CrashReport report = new CrashReport();

  private Pinflow.@Nullable Command up;
  private Pinflow.@Nullable Command emulator;
  private Pinflow.@Nullable Command daily;
  private @Nullable ProcessHandle database;
  private boolean emulated;

  /**
   * How much of it.
   *
   * @param posts three events each
   * @param repeats kills at each point
   * @param random kills at random moments
   * @param auditEvery after so many kills an undisturbed daily job and an audit
   */
  record Size(int posts, List<KillPoint> points, int repeats, int random, int auditEvery) {
    static Size of(String word) {
      return switch (word) {
        case "long" -> new Size(67_000, List.of(KillPoint.values()), 3, 100, 10);
        case "points" -> new Size(10_000, List.of(KillPoint.values()), 1, 0, 10);
        case "short" -> new Size(10_000, NASTIEST, 1, 3, 20);
        default ->
            throw new CrashException(
                "there is no form %s of this; it is short, points or long".formatted(word));
      };
    }

    private static final List<KillPoint> NASTIEST =
        List.of(
            KillPoint.GATEWAY_REPLY_NOT_SENT,
            KillPoint.LOG_NOT_SYNCED,
            KillPoint.STORE_RECEIVED,
            KillPoint.EMULATOR_NOT_JOURNALED,
            KillPoint.LAKE_TWO_TABLES,
            KillPoint.LAKE_NO_OUTCOMES);

    int kills() {
      return points.size() * repeats + random;
    }
  }

  private Crashes(Path home, Size size, Path folder, long seed) throws IOException {
    this.size = size;
    this.random = new Random(seed);
    this.pinflow = new Pinflow(home.resolve("pinflow"), folder.resolve("disturbed"));
    this.debugger = new Debugger();
    this.proxy = new CuttingProxy(pinflow.gatewayPort(), CUT_REPLIES, seed);
  }

  /**
   * Arguments: the project's folder; {@code short}, {@code points} (each once) or {@code long},
   * which writes docs/crashes.md.
   */
  public static void main(String[] args) throws IOException {
    Path home = Path.of(args[0]);
    Files.createDirectories(home.resolve("target"));
    Path folder = Files.createTempDirectory(home.resolve("target"), "crash.");
    long seed = Long.getLong("seed", 1);
    int code = 1;
    try (Crashes crashes = new Crashes(home, Size.of(args[1]), folder, seed)) {
      // Ctrl-C must not leave anything behind.
      Runtime.getRuntime().addShutdownHook(new Thread(crashes::end));
      crashes.run();
      crashes.compare(home, folder);
      if (args[1].equals("long")) {
        Files.writeString(home.resolve("docs/crashes.md"), crashes.report.markdown());
      }
      System.out.println(crashes.report.summary());
      code = 0;
    } catch (CrashException e) {
      System.err.println("crash: " + e.getMessage() + "; all is kept in " + folder);
    }
    if (code == 0) {
      delete(folder);
    }
    System.exit(code);
  }

  private void run() {
    long began = System.nanoTime();
    ensureUp();
    pinflow.run("source", "generate", "--posts", Integer.toString(size.posts), "--seed", "7", "-q");
    List<KillPoint> points = new ArrayList<>();
    for (int i = 0; i < size.repeats; i++) {
      List<KillPoint> all = new ArrayList<>(size.points);
      Collections.shuffle(all, random);
      points.addAll(all);
    }
    int round = 0;
    for (KillPoint point : points) {
      round(++round, point.name(), () -> killAt(point));
    }
    List<Victim> victims = new ArrayList<>();
    for (int i = 0; i < size.random; i++) {
      if (victims.isEmpty()) {
        victims.addAll(List.of(Victim.values()));
        Collections.shuffle(victims, random);
      }
      Victim victim = victims.remove(0);
      round(++round, "at random: " + victim, () -> killAtRandom(victim));
    }
    finish();
    report.took(Duration.ofNanos(System.nanoTime() - began));
  }

  private void round(int number, String name, Runnable kill) {
    ensureUp();
    ensureEmulator();
    long began = System.nanoTime();
    kill.run();
    double killed = (System.nanoTime() - began) / 1e9;
    double ready = ensureUp();
    System.out.printf(
        "[%d/%d] %s: killed after %.1f s, ready again after %.1f s%n",
        number, size.kills(), name, killed, ready);
    report.killed(name, ready);
    if (number % size.auditEvery == 0) {
      audit();
    }
  }

  private void killAt(KillPoint point) {
    CountDownLatch reached = new CountDownLatch(1);
    Runnable kill =
        () -> {
          kill(point.victim);
          reached.countDown();
        };
    switch (point.when) {
      case AT_START -> {
        kill(Victim.UP);
        debugger.arm(point, kill);
        up = pinflow.start(debugger.jvmOptions(), "up", "--json");
      }
      case AT_WORK -> {
        if (point.victim == Victim.SPARK) {
          debugger.arm(point, kill);
          startDaily();
        } else {
          pause(1_500);
          debugger.arm(point, kill);
        }
      }
      case AT_END -> {
        debugger.arm(point, kill);
        running(up).process().destroy();
      }
    }
    if (!await(reached, point.when != KillPoint.When.AT_START)) {
      throw new CrashException(
          "%s (%s#%s) was not reached within %s"
              .formatted(point, point.type, point.method, REACHED));
    }
    endDaily();
  }

  private void killAtRandom(Victim victim) {
    if (victim == Victim.SPARK || victim == Victim.ALL || random.nextBoolean()) {
      startDaily();
    }
    pause(victim == Victim.SPARK ? 12_000 : 4_000);
    kill(victim);
    ensureUp();
    endDaily();
  }

  /** SIGKILL, and not before it is gone does this return. */
  private void kill(Victim victim) {
    switch (victim) {
      case UP -> running(up).process().destroyForcibly();
      case DATABASE ->
          Pinflow.database(running(up)).ifPresent(database -> database.destroyForcibly());
      case EMULATOR -> running(emulator).process().destroyForcibly();
      case SPARK -> running(daily).children().forEach(ProcessHandle::destroyForcibly);
      case ALL -> {
        Stream<ProcessHandle> all =
            Stream.of(running(up), running(emulator), running(daily))
                .flatMap(
                    command ->
                        Stream.concat(command.children(), Stream.of(command.process().toHandle())));
        all.toList().forEach(ProcessHandle::destroyForcibly);
      }
    }
    if (victim == Victim.UP || victim == Victim.ALL) {
      running(up).ends(READY);
    }
    if (victim == Victim.EMULATOR || victim == Victim.ALL) {
      running(emulator).ends(READY);
    }
  }

  private static Pinflow.Command running(Pinflow.@Nullable Command command) {
    if (command == null) {
      throw new IllegalStateException("It has not been started");
    }
    return command;
  }

  /**
   * Starts what is to run all the time, if it does not.
   *
   * @return the seconds until it was ready; 0 if it was
   */
  private double ensureUp() {
    long began = System.nanoTime();
    Pinflow.Command now = up;
    if (now == null || !now.isAlive()) {
      now = pinflow.start(debugger.jvmOptions(), "up", "--json");
      up = now;
    }
    if (!Pinflow.isReady(now, READY)) {
      throw new CrashException("`up` did not start again: " + pinflow.lastErrors("up"));
    }
    Optional<ProcessHandle> child = Pinflow.database(now);
    while (child.isEmpty()) {
      if (System.nanoTime() - began > READY.toNanos()) {
        throw new CrashException("the database was not started again within " + READY);
      }
      pauseExactly(50);
      child = Pinflow.database(now);
    }
    database = child.get();
    return (System.nanoTime() - began) / 1e9;
  }

  private void ensureEmulator() {
    Pinflow.Command now = emulator;
    if (now != null && now.isAlive()) {
      return;
    }
    if (now != null && now.process().exitValue() == 0) {
      throw new CrashException("all posts were sent before the last kill; send more of them");
    }
    int rate = Math.max(10, size.posts / (size.kills() * ROUND_SECONDS));
    emulator = pinflow.start(debugger.jvmOptions(), emulate("--rate", Integer.toString(rate)));
    emulated = true;
  }

  private String[] emulate(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("emulate", "batch", "-q", "--gateway", proxy.url(), "--give-up-after", "120"));
    if (emulated && Files.exists(pinflow.folder().resolve("state/emulate/batch.jsonl"))) {
      arguments.add("--resume");
    }
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  private void startDaily() {
    daily = pinflow.start(debugger.jvmOptions(), "run", "daily", "-q", "--json");
  }

  /** One that was not hit may go on, unless it waits for what is gone. */
  private void endDaily() {
    Pinflow.Command now = daily;
    if (now != null && !now.ends(DAILY)) {
      throw new CrashException("`run daily` neither went on nor ended within " + DAILY);
    }
  }

  private void audit() {
    ensureUp();
    pinflow.run("run", "daily", "-q");
    JsonNode found = pinflow.json("audit", "--json");
    report.audited(found);
    System.out.println("audit: nothing lost, nothing doubled");
  }

  /** Sends the rest undisturbed and accounts for all. */
  private void finish() {
    debugger.disarm();
    ensureUp();
    Pinflow.Command paced = emulator;
    if (paced != null && paced.isAlive()) {
      paced.process().destroyForcibly();
      paced.ends(READY);
    }
    pinflow.run(emulate());
    pinflow.run("run", "daily", "-q");
    JsonNode found = pinflow.json("audit", "--deep", "--json");
    report.audited(found);
    long inLog = 0;
    for (JsonNode partition : found.path("partitions")) {
      inLog += partition.path("log").path("end").asLong();
    }
    if (inLog != 3L * size.posts) {
      throw new CrashException(
          "the log holds %,d records, %,d were posted".formatted(inLog, 3L * size.posts));
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

  /** Holds the tables against those of the same posts sent through once, undisturbed. */
  private void compare(Path home, Path folder) throws IOException {
    List<String> disturbed = contents(pinflow);
    pinflow.run("down", "-q");
    Pinflow other = new Pinflow(home.resolve("pinflow"), folder.resolve("undisturbed"));
    Pinflow.Command undisturbed = other.start("", "up", "--json");
    try {
      Pinflow.isReady(undisturbed, READY);
      other.run("source", "generate", "--posts", Integer.toString(size.posts), "--seed", "7", "-q");
      other.run("emulate", "batch", "-q");
      other.run("run", "daily", "-q");
      List<String> expected = contents(other);
      if (!disturbed.equals(expected)) {
        throw new CrashException(
            "the tables differ from those of an undisturbed run: %s instead of %s"
                .formatted(disturbed, expected));
      }
      report.equalTables(disturbed);
      other.run("down", "-q");
    } finally {
      undisturbed.process().destroy();
      undisturbed.ends(READY);
    }
  }

  /** Rows and content of each table, whatever the order and the place in the log. */
  private static List<String> contents(Pinflow pinflow) {
    return Stream.of("pin", "geo", "user")
        .map(
            table -> {
              JsonNode row =
                  pinflow.json(
                      "query",
                      "--format",
                      "json",
                      "--sql",
                      "SELECT count(*) AS n, hex(bit_xor(xxhash64(*))) AS content FROM (SELECT * EXCEPT"
                          + " (_topic, _partition, _offset, _timestamp) FROM "
                          + table
                          + ")");
              return table + " " + row;
            })
        .toList();
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
          ensureEmulator();
        }
      }
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException("Interrupted", e);
    }
  }

  private void pause(int atMostMillis) {
    pauseExactly(random.nextInt(atMostMillis));
  }

  private static void pauseExactly(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException("Interrupted", e);
    }
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
    proxy.close();
    end();
  }

  private void end() {
    for (Pinflow.Command command : new Pinflow.@Nullable Command[] {daily, emulator, up}) {
      if (command != null && command.isAlive()) {
        command.process().destroy();
        command.ends(READY);
      }
    }
    if (database != null) {
      database.destroyForcibly(); // left behind when `up` was killed last
    }
  }
}
