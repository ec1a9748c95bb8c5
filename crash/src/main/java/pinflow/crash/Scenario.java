package pinflow.crash;

import java.io.IOException;

/** Kills of one sort, from the first start to what must hold in the end. */
interface Scenario extends AutoCloseable {
  /**
   * @throws CrashException when something does not hold
   */
  void run() throws IOException;

  /** Ends all that was started. */
  @Override
  void close();
}
