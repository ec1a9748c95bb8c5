package pinflow.control.runs;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How runs are run: part of section {@code control} of {@code pinflow.yaml}.
 *
 * @param folder takes the logs
 * @param maxQueued how many may wait; beyond it a submission is refused
 * @param maxRunning how many this process runs at one time, over all jobs
 * @param lease how long a run stays with a control process that does not answer; it is renewed all
 *     the time
 * @param patience for a process that was asked to end, before it is killed
 * @param logLimit of an attempt, in bytes
 * @param keep how long a run that has ended stays, with its log
 */
public record RunsConfig(
    Path folder,
    int maxQueued,
    int maxRunning,
    Duration lease,
    Duration patience,
    long logLimit,
    Duration keep) {
  /**
   * @throws IllegalArgumentException naming the key
   */
  public RunsConfig {
    require(
        maxQueued >= 1 && maxQueued <= 100_000,
        "control.max-queued is %s; it must be 1 to 100000",
        maxQueued);
    require(
        maxRunning >= 1 && maxRunning <= 100,
        "control.max-running is %s; it must be 1 to 100",
        maxRunning);
    require(
        lease.toMillis() >= 2_000 && lease.compareTo(Duration.ofMinutes(10)) <= 0,
        "control.lease is %s; it must be 2s to 10m",
        lease);
    require(
        !patience.isNegative() && patience.compareTo(Duration.ofMinutes(1)) <= 0,
        "control.patience is %s; it must be 0s to 1m",
        patience);
    require(
        logLimit >= 64 << 10 && logLimit <= 1L << 30,
        "control.log-limit is %s; it must be 65536 (64 KiB) to 1073741824 (1 GiB)",
        logLimit);
    require(
        keep.compareTo(Duration.ofDays(1)) >= 0 && keep.compareTo(Duration.ofDays(36_500)) <= 0,
        "control.keep is %s; it must be 1d to 36500d",
        keep);
  }

  /** The defaults of all else. */
  public static RunsConfig of(Path folder) {
    return new RunsConfig(
        folder,
        1_000,
        2,
        Duration.ofSeconds(15),
        Duration.ofSeconds(5),
        10L << 20,
        Duration.ofDays(90));
  }

  private static void require(boolean holds, String message, Object value) {
    if (!holds) {
      throw new IllegalArgumentException(message.formatted(value));
    }
  }
}
