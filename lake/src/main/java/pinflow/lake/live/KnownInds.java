package pinflow.lake.live;

import java.util.BitSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Which inds may have been seen, in a bounded piece of memory: 16 MB at most. It is never wrong
 * when it says that one is new; above 2^27 it may take one for another, which costs a look.
 */
final class KnownInds {
  private static final int BITS = 27;

  private final BitSet bits = new BitSet();

  /**
   * @param inds a column of what is known
   */
  void addAll(Dataset<Row> inds) {
    inds.toLocalIterator().forEachRemaining(row -> add(row.getLong(0)));
  }

  boolean mayHold(long ind) {
    return bits.get(bit(ind));
  }

  void add(long ind) {
    bits.set(bit(ind));
  }

  private static int bit(long ind) {
    return (int) ((ind ^ (ind >>> BITS) ^ (ind >>> 2 * BITS)) & ((1L << BITS) - 1));
  }
}
