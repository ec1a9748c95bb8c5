package pinflow.lake.tables;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Is told how long the steps of a job took. */
@FunctionalInterface
public interface Steps {
  void ended(String name, double seconds);

  /** Runs a step. */
  default <T extends @Nullable Object> T time(String name, Supplier<T> step) {
    long start = System.nanoTime();
    T result = step.get();
    ended(name, (System.nanoTime() - start) / 1e9);
    return result;
  }

  /** Runs a step. */
  default void time(String name, Runnable step) {
    time(
        name,
        () -> {
          step.run();
          return true;
        });
  }
}
