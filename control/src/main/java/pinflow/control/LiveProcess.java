package pinflow.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pinflow.control.SparkProcess.Start;
import pinflow.control.SparkProcess.Work;

/**
 * The live way's Spark, kept running: started when there is a stream to read, and again with
 * growing pauses when it ends by itself.
 */
public final class LiveProcess implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LiveProcess.class);
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** One that ran for longer did not end because of how it was started. */
  private static final Duration SOUND = Duration.ofMinutes(1);

  private final Installation installation;
  private final ObjectNode request;
  private final Path logFile;
  private final Consumer<State> told;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  private volatile @Nullable SparkProcess spark;

  /** A word for it. */
  public enum Phase {
    /** There is no stream yet. */
    WAITING,
    STARTING,
    RUNNING,
    /** It has ended by itself. */
    RESTARTING,
    ENDED
  }

  /**
   * How it is.
   *
   * @param pid of the JVM; 0 if there is none
   * @param starts how often it was started
   * @param error what it said last when it failed
   * @param streams by name, what was told of each last (contracts/lake-job.md)
   */
  public record State(
      Phase phase,
      long pid,
      int starts,
      Instant since,
      @Nullable String error,
      Map<String, JsonNode> streams) {
    public State {
      streams = Map.copyOf(streams);
    }

    /** Before anything was started. */
    static State first(Instant now) {
      return new State(Phase.WAITING, 0, 0, now, null, Map.of());
    }

    State in(Phase next, long process) {
      return new State(
          next, process, starts + (next == Phase.STARTING ? 1 : 0), Instant.now(), error, streams);
    }

    State failed(String message) {
      return new State(phase, pid, starts, since, message, streams);
    }

    State with(JsonNode progress) {
      Map<String, JsonNode> changed = new TreeMap<>(streams);
      changed.put(progress.path("stream").asText(), progress);
      return new State(phase, pid, starts, since, error, changed);
    }
  }

  private LiveProcess(
      Installation installation,
      ObjectNode request,
      Path logFile,
      BooleanSupplier hasStream,
      Consumer<State> told) {
    this.installation = installation;
    this.request = request;
    this.logFile = logFile;
    this.told = told;
    this.thread = new Thread(() -> run(hasStream), "live");
  }

  /**
   * Returns at once.
   *
   * @param request as {@code contracts/lake-job.md} says
   * @param logFile takes Spark's log
   * @param hasStream whether there is anything to read; asked until it is so
   * @param told of every change, from one thread
   */
  public static LiveProcess start(
      Installation installation,
      ObjectNode request,
      Path logFile,
      BooleanSupplier hasStream,
      Consumer<State> told) {
    LiveProcess live = new LiveProcess(installation, request, logFile, hasStream, told);
    live.thread.start();
    return live;
  }

  private void run(BooleanSupplier hasStream) {
    State state = State.first(Instant.now());
    told.accept(state);
    try {
      while (!hasStream.getAsBoolean()) {
        if (isClosing(LOOK_EVERY)) {
          return;
        }
      }
      Duration pause = FIRST_PAUSE;
      while (closing.getCount() > 0) {
        long began = System.nanoTime();
        state = runOnce(state);
        if (closing.getCount() == 0) {
          break;
        }
        state = state.in(Phase.RESTARTING, 0);
        told.accept(state);
        pause = System.nanoTime() - began > SOUND.toNanos() ? FIRST_PAUSE : pause;
        if (isClosing(pause)) {
          break;
        }
        pause = pause.multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      told.accept(state.in(Phase.ENDED, 0));
    }
  }

  /** From a start to its end. */
  private State runOnce(State before) throws InterruptedException {
    State[] state = {before};
    SparkProcess started;
    try {
      started = SparkProcess.start(installation, Work.LIVE, request, logFile, Start.QUICK);
    } catch (RunException e) {
      return before.failed(String.valueOf(e.getMessage()));
    }
    spark = started;
    if (closing.getCount() == 0) {
      started.close(); // closed in the very moment in which it was started
    }
    state[0] = before.in(Phase.STARTING, started.pid());
    told.accept(state[0]);
    int code =
        started.follow(
            event -> {
              state[0] = after(event, state[0]);
              told.accept(state[0]);
            });
    started.close();
    if (closing.getCount() > 0) {
      log.error("The live way's Spark has ended by itself with {}; see {}", code, logFile);
    }
    return state[0];
  }

  private static State after(JsonNode event, State state) {
    return switch (event.path("event").asText()) {
      case "ready" -> state.in(Phase.RUNNING, state.pid());
      case "progress" -> state.with(event);
      default -> state.failed(event.path("message").asText());
    };
  }

  private boolean isClosing(Duration within) throws InterruptedException {
    return closing.await(within.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Asks it to end between two batches, and waits for that. */
  @Override
  public void close() {
    closing.countDown();
    SparkProcess running = spark;
    if (running != null) {
      running.close();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
