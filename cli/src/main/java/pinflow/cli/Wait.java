package pinflow.cli;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition that no part announces. */
final class Wait {
  private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private Wait() {}

  static void until(String what, Duration patience, BooleanSupplier condition) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new MachineException(
            "Waited %d s for %s, in vain. Its state is in `pinflow status` and the logs folder."
                .formatted(patience.toSeconds(), what));
      }
      LockSupport.parkNanos(PAUSE_NS);
    }
  }
}
