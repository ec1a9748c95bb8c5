package pinflow.gateway.log;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The records of one request on their way into the log: each is settled once, in any order. */
public final class Append {
  private final AtomicReferenceArray<@Nullable Outcome> outcomes;
  private final AtomicInteger open;
  private final Runnable settled;
  private final CompletableFuture<Append> done = new CompletableFuture<>();

  /**
   * @param settled run once, after the last record is settled and before {@link #done}
   */
  Append(int records, Runnable settled) {
    this.outcomes = new AtomicReferenceArray<>(records);
    this.open = new AtomicInteger(records);
    this.settled = settled;
  }

  public int size() {
    return outcomes.length();
  }

  /** Null while the record is on its way. */
  public @Nullable Outcome outcome(int index) {
    return outcomes.get(index);
  }

  /** All outcomes; a record that is still on its way is reported as {@code pending}. */
  public List<Outcome> outcomes(Outcome pending) {
    return IntStream.range(0, size())
        .mapToObj(
            i -> {
              Outcome outcome = outcomes.get(i);
              return outcome == null ? pending : outcome;
            })
        .toList();
  }

  /** Completes, never exceptionally, when every record is settled. */
  public CompletableFuture<Append> done() {
    return done;
  }

  void settle(int index, Outcome outcome) {
    if (outcomes.compareAndSet(index, null, outcome) && open.decrementAndGet() == 0) {
      settled.run();
      done.complete(this);
    }
  }

  void settleOpen(Outcome outcome) {
    for (int i = 0; i < size(); i++) {
      settle(i, outcome);
    }
  }
}
