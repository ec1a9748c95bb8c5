package pinflow.lake.live;

import java.util.Arrays;

/** How long it took from a record's arrival to its row's commit, of the last 10,000. */
final class Latencies {
  private static final int KEPT = 10_000;

  private final long[] millis = new long[KEPT];
  private long seen;

  void add(long latency) {
    millis[(int) (seen++ % KEPT)] = latency;
  }

  /** In milliseconds. */
  record Percentiles(long p50, long p99, long records) {}

  Percentiles percentiles() {
    long[] sorted = Arrays.copyOf(millis, (int) Math.min(seen, KEPT));
    Arrays.sort(sorted);
    return new Percentiles(at(sorted, 0.50), at(sorted, 0.99), sorted.length);
  }

  private static long at(long[] sorted, double share) {
    return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(share * sorted.length) - 1];
  }
}
