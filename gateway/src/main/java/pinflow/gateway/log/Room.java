package pinflow.gateway.log;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How much room the log's disk has. What is kept back lets the broker end a write that is under way
 * and close in good order: it gives up for good when the disk is full.
 */
public final class Room {
  /** For a log on other machines' disks. */
  public static final Room ENDLESS = new Room(() -> Long.MAX_VALUE, 0);

  private static final long FRESH_NANOS = 100_000_000;

  private final LongSupplier free;
  private final long reserve;
  private final AtomicLong askedAt = new AtomicLong(System.nanoTime() - FRESH_NANOS);
  private volatile long known;

  /**
   * @param free the free bytes; asked ten times a second at most
   * @param reserve the bytes that are kept back
   */
  public Room(LongSupplier free, long reserve) {
    this.free = free;
    this.reserve = reserve;
    this.known = free.getAsLong();
  }

  /** Whether records are to be refused, in words for their sender; empty if there is room. */
  public Optional<String> missing() {
    long now = System.nanoTime();
    long before = askedAt.get();
    if (now - before > FRESH_NANOS && askedAt.compareAndSet(before, now)) {
      known = free.getAsLong();
    }
    return known >= reserve
        ? Optional.empty()
        : Optional.of(
            "the log's disk has %d MB left, and %d are kept back (kafka.reserve-bytes)"
                .formatted(known / 1_000_000, reserve / 1_000_000));
  }
}
