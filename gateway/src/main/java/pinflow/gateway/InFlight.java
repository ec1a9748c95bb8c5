package pinflow.gateway;

import java.util.concurrent.atomic.AtomicLong;

/** The memory that requests may hold at one time, in bytes, shared by all connections. */
public final class InFlight {
  private final long capacity;
  private final AtomicLong held = new AtomicLong();

  InFlight(long capacity) {
    this.capacity = capacity;
  }

  public long capacity() {
    return capacity;
  }

  public Lease lease() {
    return new Lease();
  }

  private boolean take(long bytes) {
    if (held.addAndGet(bytes) > capacity) {
      held.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  /** What one request holds; closed when the last of its bytes is no longer needed. */
  public final class Lease implements AutoCloseable {
    private final AtomicLong size = new AtomicLong();

    private Lease() {}

    /** False, and nothing taken, when the gateway holds too much already. */
    public boolean grow(long bytes) {
      if (!take(bytes)) {
        return false;
      }
      size.addAndGet(bytes);
      return true;
    }

    @Override
    public void close() {
      held.addAndGet(-size.getAndSet(0));
    }
  }
}
