package pinflow.crash;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What runs while parts of it are killed: {@code up}, the emulator, now and then the daily job. */
final class Parts implements AutoCloseable {
  private static final Duration READY = Duration.ofMinutes(3);
  private static final Duration DAILY = Duration.ofMinutes(6);

  private final Pinflow pinflow;
  private final String door;
  private final CuttingProxy proxy;
  private final int rate;

  private final String debugging;

  private @Nullable Victim debugged;
  private Pinflow.@Nullable Command up;
  private Pinflow.@Nullable Command emulator;
  private Pinflow.@Nullable Command daily;
  private @Nullable ProcessHandle database;

  /**
   * @param debugging options of a JVM that is to be debugged
   * @param door {@code batch} or {@code stream}: which the emulator posts to
   * @param proxy before the gateway, closed with this
   * @param rate posts a second
   */
  Parts(Pinflow pinflow, String debugging, String door, CuttingProxy proxy, int rate) {
    this.pinflow = pinflow;
    this.debugging = debugging;
    this.door = door;
    this.proxy = proxy;
    this.rate = rate;
  }

  /**
   * SIGKILL; of what is started here it waits for the end.
   *
   * @return whether there was anything to kill
   */
  boolean kill(Victim victim) {
    List<ProcessHandle> processes = processes(victim);
    processes.forEach(ProcessHandle::destroyForcibly);
    Stream.of(alive(up), alive(emulator), alive(daily))
        .flatMap(command -> command)
        .filter(command -> processes.contains(handle(command)))
        .forEach(command -> command.ends(READY));
    return !processes.isEmpty();
  }

  private List<ProcessHandle> processes(Victim victim) {
    return switch (victim) {
      case UP -> alive(up).map(Parts::handle).toList();
      case DATABASE -> alive(up).flatMap(it -> Pinflow.database(it).stream()).toList();
      case LIVE -> alive(up).flatMap(it -> Pinflow.live(it).stream()).toList();
      case EMULATOR -> alive(emulator).map(Parts::handle).toList();
      case SPARK -> alive(daily).flatMap(Pinflow.Command::children).toList();
      case ALL ->
          Stream.of(alive(up), alive(emulator), alive(daily))
              .flatMap(command -> command)
              .flatMap(it -> Stream.concat(it.children(), Stream.of(handle(it))))
              .toList();
    };
  }

  private static Stream<Pinflow.Command> alive(Pinflow.@Nullable Command command) {
    return Stream.ofNullable(command).filter(Pinflow.Command::isAlive);
  }

  private static ProcessHandle handle(Pinflow.Command command) {
    return command.process().toHandle();
  }

  /**
   * Starts what is to run all the time, if it does not.
   *
   * @return the seconds until it was ready; 0 if it was
   */
  double ensureUp() {
    long began = System.nanoTime();
    Pinflow.Command now = up;
    if (now == null || !now.isAlive()) {
      now = startUp();
    }
    if (!Pinflow.isReady(now, READY)) {
      throw new CrashException("`up` did not start again: " + pinflow.lastErrors("up"));
    }
    Optional<ProcessHandle> child = Pinflow.database(now);
    while (child.isEmpty()) {
      if (System.nanoTime() - began > READY.toNanos()) {
        throw new CrashException("the database was not started again within " + READY);
      }
      pause(50);
      child = Pinflow.database(now);
    }
    database = child.get();
    return (System.nanoTime() - began) / 1e9;
  }

  Pinflow.Command startUp() {
    Pinflow.Command started = pinflow.start(options(Victim.UP), "up", "--json");
    up = started;
    return started;
  }

  /** Has one part debugged from now on; the others run at their own speed. */
  void debug(@Nullable Victim part) {
    debugged = part;
    askUpToEnd();
    alive(up).forEach(it -> it.ends(READY));
    killEmulator();
  }

  private String options(Victim part) {
    return part == debugged ? debugging : "";
  }

  /** Asks {@code up} to end. */
  void askUpToEnd() {
    alive(up).forEach(it -> it.process().destroy());
  }

  /** The emulator that is paced; what it has not sent is sent by whoever resumes. */
  void killEmulator() {
    if (emulator != null && emulator.isAlive()) {
      kill(Victim.EMULATOR);
    }
  }

  void ensureEmulator() {
    Pinflow.Command now = emulator;
    if (now != null && now.isAlive()) {
      return;
    }
    if (now != null && now.process().exitValue() == 0) {
      throw new CrashException("all posts were sent before the last kill; send more of them");
    }
    emulator = pinflow.start(options(Victim.EMULATOR), emulate("--rate", Integer.toString(rate)));
  }

  String[] emulate(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "emulate",
                door,
                "-q",
                "--gateway",
                proxy.url(),
                "--own-log",
                "--give-up-after",
                "120"));
    if (door.equals("stream")) {
      arguments.add("--create");
    }
    if (Files.exists(pinflow.folder().resolve("state/emulate/" + door + ".jsonl"))) {
      arguments.add("--resume");
    }
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  /** The records that have a receipt, by what the last run of {@link #emulate} printed as JSON. */
  static long acknowledged(JsonNode sent) {
    long sum = 0;
    for (String when : List.of("posted", "before")) {
      for (JsonNode records : sent.path(when)) {
        sum += records.asLong();
      }
    }
    return sum;
  }

  /** Starts the daily job, unless one runs. */
  void ensureDaily() {
    if (alive(daily).findAny().isEmpty()) {
      startDaily();
    }
  }

  /** In its own process, as a run's is: the debugger finds Spark among that one's children. */
  void startDaily() {
    daily = pinflow.start(options(Victim.SPARK), "job", "daily", "-q");
  }

  /** One that was not hit may go on, unless it waits for what is gone. */
  void endDaily() {
    Pinflow.Command now = daily;
    if (now != null && !now.ends(DAILY)) {
      throw new CrashException("`job daily` neither went on nor ended within " + DAILY);
    }
  }

  static void pause(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException("Interrupted", e);
    }
  }

  @Override
  public void close() {
    for (Pinflow.Command command : new Pinflow.@Nullable Command[] {daily, emulator, up}) {
      if (command != null && command.isAlive()) {
        command.process().destroy();
        command.ends(READY);
      }
    }
    if (database != null) {
      database.destroyForcibly(); // left behind when `up` was killed last
    }
    proxy.close();
  }
}
