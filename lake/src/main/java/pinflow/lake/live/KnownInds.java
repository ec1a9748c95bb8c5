package pinflow.lake.live;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.jspecify.annotations.Nullable;

/**
 * Which inds may have been seen, and of those seen last the events by which further ones are
 * judged. In a bounded piece of memory: 16 MB at most for the inds, some 30 MB for the events. It
 * is never wrong when it says that an ind is new; above 2^27 it may take one for another, which
 * costs a look.
 */
final class KnownInds {
  private static final int BITS = 27;

  /** Events that are held; an ind has as many as contents, or two for each. */
  private static final int MOST = 50_000;

  private final BitSet bits = new BitSet();
  private final LinkedHashMap<Long, List<InternalRow>> ends = new LinkedHashMap<>(16, 0.75f, true);
  private int held;

  /**
   * @param inds a column of what is known
   */
  void addInds(Dataset<Row> inds) {
    inds.toLocalIterator().forEachRemaining(row -> add(row.getLong(0)));
  }

  /**
   * @param events by ind the first and the last of each content, as they are in the table now
   */
  void addAll(Map<Long, List<InternalRow>> events) {
    events.forEach(
        (ind, ofInd) -> {
          add(ind);
          List<InternalRow> before = ends.put(ind, ofInd);
          held += ofInd.size() - (before == null ? 0 : before.size());
        });
    for (var eldest = ends.values().iterator(); held > MOST; eldest.remove()) {
      held -= eldest.next().size();
    }
  }

  boolean mayHold(long ind) {
    return bits.get(bit(ind));
  }

  /** An ind's events; null if they are not held. */
  @Nullable List<InternalRow> ends(long ind) {
    return ends.get(ind);
  }

  private void add(long ind) {
    bits.set(bit(ind));
  }

  private static int bit(long ind) {
    return (int) ((ind ^ (ind >>> BITS) ^ (ind >>> 2 * BITS)) & ((1L << BITS) - 1));
  }
}
