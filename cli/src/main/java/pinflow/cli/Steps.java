package pinflow.cli;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Says on standard error what has been done and how long it took; silent when told to be. */
final class Steps {
  private final PrintStream out;
  private final boolean quiet;
  private final Map<String, Double> seconds = new LinkedHashMap<>();

  Steps(PrintStream out, boolean quiet) {
    this.out = out;
    this.quiet = quiet;
  }

  /** Notes a step that has ended. */
  synchronized void done(String step, double took) {
    seconds.put(step, Math.round(took * 1000) / 1000.0);
    say(String.format(Locale.ROOT, "  %-12s %6.1f s", step, took));
  }

  /** A line for people. */
  synchronized void say(String line) {
    if (!quiet) {
      out.println(line);
    }
  }

  boolean quiet() {
    return quiet;
  }

  /** The seconds of each step, in the order in which they ended. */
  synchronized Map<String, Double> seconds() {
    return new LinkedHashMap<>(seconds);
  }

  /** Runs a step and notes its seconds. */
  void time(String step, Runnable work) {
    time(
        step,
        () -> {
          work.run();
          return true;
        });
  }

  /** Runs a step and notes its seconds. */
  <T> T time(String step, java.util.function.Supplier<T> work) {
    long began = System.nanoTime();
    T result = work.get();
    done(step, (System.nanoTime() - began) / 1e9);
    return result;
  }
}
