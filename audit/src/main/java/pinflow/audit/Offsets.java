package pinflow.audit;

import java.util.BitSet;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A set of offsets, filled one by one in any order: a bit for each, in pages, since a log has
 * nearly all of them up to its end. A million take 125 kB.
 */
final class Offsets {
  private static final int PAGE_BITS = 16;

  private final TreeMap<Long, BitSet> pages = new TreeMap<>();
  private @Nullable BitSet last;
  private long number;

  /**
   * Adds an offset.
   *
   * @return false if it was there
   */
  boolean add(long offset) {
    BitSet bits = last;
    if (bits == null || number != offset >> PAGE_BITS) {
      number = offset >> PAGE_BITS;
      bits = page(number);
      last = bits;
    }
    if (bits.get(bit(offset))) {
      return false;
    }
    bits.set(bit(offset));
    return true;
  }

  private static int bit(long offset) {
    return (int) offset & ((1 << PAGE_BITS) - 1);
  }

  long size() {
    return pages.values().stream().mapToLong(BitSet::cardinality).sum();
  }

  /** How many are less than an end, which is not negative. */
  long below(long end) {
    long page = end >> PAGE_BITS;
    long before = pages.subMap(0L, page).values().stream().mapToLong(BitSet::cardinality).sum();
    return before + pages.getOrDefault(page, new BitSet()).get(0, bit(end)).cardinality();
  }

  boolean isEmpty() {
    return size() == 0;
  }

  /**
   * @throws java.util.NoSuchElementException if there is none
   */
  long first() {
    return pages.entrySet().stream()
        .filter(entry -> !entry.getValue().isEmpty())
        .mapToLong(entry -> (entry.getKey() << PAGE_BITS) + entry.getValue().nextSetBit(0))
        .min()
        .orElseThrow();
  }

  /**
   * @throws java.util.NoSuchElementException if there is none
   */
  long last() {
    return pages.entrySet().stream()
        .filter(entry -> !entry.getValue().isEmpty())
        .mapToLong(entry -> (entry.getKey() << PAGE_BITS) + entry.getValue().length() - 1)
        .max()
        .orElseThrow();
  }

  Offsets minus(Offsets other) {
    return with(other, BitSet::andNot);
  }

  Offsets plus(Offsets other) {
    return with(other, BitSet::or);
  }

  private Offsets with(Offsets other, BiConsumer<BitSet, BitSet> operation) {
    Offsets result = new Offsets();
    pages.forEach((page, bits) -> result.page(page).or(bits));
    other.pages.forEach((page, bits) -> operation.accept(result.page(page), bits));
    return result;
  }

  private BitSet page(long page) {
    return pages.computeIfAbsent(page, n -> new BitSet(1 << PAGE_BITS));
  }
}
