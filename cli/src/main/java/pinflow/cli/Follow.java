package pinflow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Follows a run to its end, its log as it grows. A {@code pinflow up} that is ended meanwhile and
 * started again, perhaps on another port, is found again.
 */
final class Follow {
  private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(200);

  /** For a Pinflow that is gone. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final StateFolder state;
  private final long id;
  private final OutputStream out;
  private ControlClient control;
  private long offset;

  /**
   * @param out takes the log
   */
  Follow(StateFolder state, long id, OutputStream out) {
    this.state = state;
    this.id = id;
    this.out = out;
    this.control = ControlClient.of(state);
  }

  /**
   * @return the run as it then is
   */
  JsonNode toItsEnd() {
    long answered = System.nanoTime();
    while (true) {
      try {
        JsonNode run = control.get("/runs/" + id);
        copy();
        if (run.path("final").asBoolean()) {
          return run;
        }
        answered = System.nanoTime();
      } catch (RefusedException e) {
        if (System.nanoTime() - answered > PATIENCE.toNanos()) {
          throw new RefusedException(
              "Run %d cannot be followed: %s When pinflow is up again, it goes on with the run."
                  .formatted(id, e.getMessage()));
        }
        askAnew();
      }
      LockSupport.parkNanos(PAUSE_NS);
    }
  }

  /** Where it is by now; the folder's lock, which an `up` that starts wants, is left alone. */
  private void askAnew() {
    state
        .running()
        .filter(running -> running.addresses().containsKey(ControlClient.PART))
        .ifPresent(running -> control = ControlClient.of(running));
  }

  /** What there is by now. */
  void copy() {
    while (true) {
      ControlClient.LogPiece piece = control.log(id, offset);
      offset = piece.next();
      if (piece.bytes().length == 0) {
        return;
      }
      try {
        out.write(piece.bytes());
        out.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
