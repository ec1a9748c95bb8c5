package pinflow.gateway.kinesis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Lets puts into a stream, and holds new ones back while its shards change: none is on its way to a
 * shard when that shard's end is read.
 */
final class Gate {
  private final List<Runnable> waiting = new ArrayList<>();
  private int inside;
  private boolean closed;
  private CompletableFuture<Void> empty = CompletableFuture.completedFuture(null);

  /** Runs the put, now in this thread or when the gate opens; it must {@link #leave} in the end. */
  void enter(Runnable put) {
    synchronized (this) {
      if (closed) {
        waiting.add(put);
        return;
      }
      inside++;
    }
    put.run();
  }

  void leave() {
    CompletableFuture<Void> left = null;
    synchronized (this) {
      inside--;
      if (inside == 0) {
        left = empty;
      }
    }
    if (left != null) {
      left.complete(null);
    }
  }

  /** Holds new puts back; completes when none is inside. */
  synchronized CompletableFuture<Void> close() {
    closed = true;
    empty = inside == 0 ? CompletableFuture.completedFuture(null) : new CompletableFuture<>();
    return empty;
  }

  void open() {
    List<Runnable> admitted;
    synchronized (this) {
      closed = false;
      admitted = List.copyOf(waiting);
      waiting.clear();
      inside += admitted.size();
    }
    admitted.forEach(Runnable::run);
  }
}
