package pinflow.source.emulate;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** A request on its way: the receipts that its attempts have brought so far. */
final class Delivery {

  private final Request request;
  private final @Nullable Receipt[] receipts;
  private @Nullable Problem problem;
  private volatile @Nullable Future<?> attempts;

  Delivery(Request request) {
    this.request = request;
    this.receipts = new @Nullable Receipt[request.records()];
  }

  void take(Answer answer) {
    for (int i = 0; i < receipts.length; i++) {
      Receipt receipt = answer.receipts().get(i);
      if (receipt != null) {
        receipts[i] = receipt;
      }
    }
    problem = acknowledged() == receipts.length ? null : answer.problem();
  }

  /** What {@link #cancel} ends. */
  void cancelBy(Future<?> attempts) {
    this.attempts = attempts;
  }

  void cancel() {
    Future<?> future = attempts;
    if (future != null) {
      future.cancel(false);
    }
  }

  Request request() {
    return request;
  }

  /** That of the record at this place in the request, if it was acknowledged. */
  @Nullable Receipt receipt(int record) {
    return receipts[record];
  }

  int acknowledged() {
    return (int) Arrays.stream(receipts).filter(Objects::nonNull).count();
  }

  /** Of the last attempt; null if every record has its receipt, or there was no attempt. */
  @Nullable Problem problem() {
    return problem;
  }

  boolean retriable() {
    return problem != null && problem.retriable();
  }
}
