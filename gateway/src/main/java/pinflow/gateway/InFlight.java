package pinflow.gateway;

import java.util.concurrent.atomic.AtomicInteger;
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

  /** What one request holds; given back when the last of its holders has closed it. */
  public final class Lease implements AutoCloseable {
    private final AtomicLong size = new AtomicLong();
    private final AtomicInteger holders = new AtomicInteger(1);

    private Lease() {}

    /** False, and nothing taken, when the gateway holds too much already. */
    public boolean grow(long bytes) {
      if (!take(bytes)) {
        return false;
      }
      size.addAndGet(bytes);
      return true;
    }

    /** Gives back what is over so many bytes. */
    public void shrinkTo(long bytes) {
      long before = size.getAndUpdate(now -> Math.min(now, bytes));
      held.addAndGet(Math.min(before, bytes) - before);
    }

    /** One more holder, which closes it too. To be called by a holder. */
    public Lease share() {
      holders.incrementAndGet();
      return this;
    }

    @Override
    public void close() {
      if (holders.decrementAndGet() == 0) {
        shrinkTo(0);
      }
    }
  }
}
