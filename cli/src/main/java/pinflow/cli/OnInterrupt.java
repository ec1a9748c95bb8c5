package pinflow.cli;

import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/** Lets work that can be stopped end well at Ctrl-C: the JVM waits until it has. */
final class OnInterrupt {
  private OnInterrupt() {}

  static <T> T stop(Runnable stop, Supplier<T> work) {
    CountDownLatch ended = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              stop.run();
              try {
                ended.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "ctrl-c");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      T result = work.get();
      removeQuietly(hook);
      return result;
    } finally {
      ended.countDown();
    }
  }

  private static void removeQuietly(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending: the hook has done its part.
    }
  }
}
