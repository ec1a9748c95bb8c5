package pinflow.gateway.kinesis;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * AWS's rates of a shard: 1,000 records and 1 MiB a second in, 5 calls and 2 MiB a second out. A
 * second's worth may come at once.
 */
final class Limits {
  private static final double MIB = 1024 * 1024;

  private final Map<Integer, Buckets> shards = new HashMap<>();

  /** What goes into one shard. */
  record Load(int records, long bytes) {
    Load plus(long more) {
      return new Load(records + 1, bytes + more);
    }
  }

  private record Buckets(Bucket records, Bucket written, Bucket calls, Bucket read) {
    static Buckets full(long now) {
      return new Buckets(
          new Bucket(1_000, now),
          new Bucket(MIB, now),
          new Bucket(5, now),
          new Bucket(2 * MIB, now));
    }
  }

  /** Holds what a second brings at most; less than nothing when more was taken at once. */
  private static final class Bucket {
    private final double rate;
    private double level;
    private long since;

    Bucket(double rate, long now) {
      this.rate = rate;
      this.level = rate;
      this.since = now;
    }

    /** Whether it is there; more than a second's worth, when the bucket is full. */
    boolean has(double amount, long now) {
      level = Math.min(rate, level + rate * (now - since) / 1e9);
      since = now;
      return level >= Math.min(amount, rate);
    }

    void take(double amount) {
      level -= amount;
    }
  }

  /**
   * Takes what is to be written if all of it may be written now; the number of a shard that has no
   * room for it, else empty.
   *
   * @param loads by shard
   * @param now {@link System#nanoTime}
   */
  synchronized OptionalInt write(Map<Integer, Load> loads, long now) {
    for (Map.Entry<Integer, Load> load : loads.entrySet()) {
      Buckets buckets = buckets(load.getKey(), now);
      if (!buckets.records.has(load.getValue().records(), now)
          || !buckets.written.has(load.getValue().bytes(), now)) {
        return OptionalInt.of(load.getKey());
      }
    }
    loads.forEach(
        (shard, load) -> {
          buckets(shard, now).records.take(load.records());
          buckets(shard, now).written.take(load.bytes());
        });
    return OptionalInt.empty();
  }

  /** Whether a read may begin now; what it takes is told to {@link #wasRead}. */
  synchronized boolean read(int shard, long now) {
    Buckets buckets = buckets(shard, now);
    // A large answer is paid for afterwards: until then there is no other.
    if (!buckets.calls.has(1, now) || !buckets.read.has(0, now)) {
      return false;
    }
    buckets.calls.take(1);
    return true;
  }

  synchronized void wasRead(int shard, long bytes, long now) {
    buckets(shard, now).read.take(bytes);
  }

  private Buckets buckets(int shard, long now) {
    return shards.computeIfAbsent(shard, same -> Buckets.full(now));
  }
}
