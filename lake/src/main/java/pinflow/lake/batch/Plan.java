package pinflow.lake.batch;

import java.util.Comparator;
import java.util.List;

/**
 * What a batch takes in, written down when all of it has been read and before any of it is written:
 * so whoever finishes it, and however often it is begun, its outcome is the same.
 *
 * @param eventsVersion the version of the table {@code events} that the batch builds on; -1 if it
 *     was not there
 */
record Plan(long batch, long eventsVersion, List<StoredObject> objects) {
  Plan {
    objects =
        objects.stream()
            .sorted(
                Comparator.comparing(StoredObject::topic)
                    .thenComparing(StoredObject::partition)
                    .thenComparing(StoredObject::firstOffset))
            .toList();
  }

  /** How many offsets its objects span, at least as many as events. */
  long events() {
    return objects.stream().mapToLong(o -> o.lastOffset() - o.firstOffset() + 1).sum();
  }
}
