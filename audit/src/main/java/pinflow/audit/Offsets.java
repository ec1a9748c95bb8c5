package pinflow.audit;

import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * A set of offsets that is filled one by one, in any order: with a bit for each up to the greatest,
 * since a log has nearly all of them. A {@link Roaring64Bitmap} would look its container up for
 * each.
 */
final class Offsets {
  private static final int PAGE_BITS = 16;

  private final Map<Long, BitSet> pages = new TreeMap<>();
  private @Nullable BitSet page;
  private long number;
  private @Nullable Roaring64Bitmap set;

  /**
   * Adds an offset.
   *
   * @return false if it was there
   */
  boolean add(long offset) {
    BitSet bits = page;
    if (bits == null || number != offset >> PAGE_BITS) {
      number = offset >> PAGE_BITS;
      bits = pages.computeIfAbsent(number, n -> new BitSet(1 << PAGE_BITS));
      page = bits;
    }
    int bit = (int) (offset - (number << PAGE_BITS));
    if (bits.get(bit)) {
      return false;
    }
    bits.set(bit);
    set = null;
    return true;
  }

  /** What was added up to now. */
  Roaring64Bitmap set() {
    Roaring64Bitmap made = set;
    if (made == null) {
      made = new Roaring64Bitmap();
      for (Map.Entry<Long, BitSet> entry : pages.entrySet()) {
        addRuns(entry.getKey() << PAGE_BITS, entry.getValue(), made);
      }
      set = made;
    }
    return made;
  }

  private static void addRuns(long first, BitSet bits, Roaring64Bitmap set) {
    for (int from = bits.nextSetBit(0); from >= 0; ) {
      int end = bits.nextClearBit(from);
      if (end - from == 1) {
        set.addLong(first + from);
      } else {
        set.addRange(first + from, first + end);
      }
      from = bits.nextSetBit(end);
    }
  }
}
