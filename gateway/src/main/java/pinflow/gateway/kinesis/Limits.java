package pinflow.gateway.kinesis;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * AWS's rates of a shard: 1,000 records and 1 MiB a second in, 5 calls and 2 MiB a second out. A
 * second's worth may come at once.
 */
final class Limits {
  private static final double MIB = 1024 * 1024;

  private final Map<Integer, Buckets> shards = new ConcurrentHashMap<>();

  private record Buckets(Bucket records, Bucket written, Bucket calls, Bucket read) {
    static Buckets full(long now) {
      return new Buckets(
          new Bucket(1_000, now),
          new Bucket(MIB, now),
          new Bucket(5, now),
          new Bucket(2 * MIB, now));
    }
  }

  /** Holds what a second brings at most. Guarded by itself. */
  private static final class Bucket {
    private final double rate;
    private double level;
    private long since;

    Bucket(double rate, long now) {
      this.rate = rate;
      this.level = rate;
      this.since = now;
    }

    synchronized double level(long now) {
      level = Math.min(rate, level + rate * (now - since) / 1e9);
      since = now;
      return level;
    }

    synchronized void take(double amount) {
      level -= amount;
    }
  }

  /**
   * Whether a record may be written now.
   *
   * @param now {@link System#nanoTime}
   */
  boolean write(int shard, long bytes, long now) {
    Buckets buckets = buckets(shard, now);
    synchronized (buckets) {
      if (buckets.records.level(now) < 1 || buckets.written.level(now) < bytes) {
        return false;
      }
      buckets.records.take(1);
      buckets.written.take(bytes);
      return true;
    }
  }

  /** Whether a read may begin now; what it takes is told to {@link #wasRead}. */
  boolean read(int shard, long now) {
    Buckets buckets = buckets(shard, now);
    synchronized (buckets) {
      // A large answer is paid for afterwards: until then there is no other.
      if (buckets.calls.level(now) < 1 || buckets.read.level(now) < 0) {
        return false;
      }
      buckets.calls.take(1);
      return true;
    }
  }

  void wasRead(int shard, long bytes, long now) {
    buckets(shard, now).read.take(bytes);
  }

  private Buckets buckets(int shard, long now) {
    return shards.computeIfAbsent(shard, same -> Buckets.full(now));
  }
}
