package pinflow.audit;

import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * A set of offsets or inds that is filled one by one. Those that follow each other, as offsets do
 * in nearly all files, come into it together.
 */
final class Numbers {
  private final Roaring64Bitmap set = new Roaring64Bitmap();
  private long greatest = -1;

  /** Not in the set yet: {@code from}, included, to {@code end}, not included. */
  private long from;

  private long end;

  /**
   * Adds a number.
   *
   * @return false if it was there
   */
  boolean add(long number) {
    boolean there =
        number <= greatest && ((from <= number && number < end) || set.contains(number));
    greatest = Math.max(greatest, number);
    // The set takes a negative number for one beyond all others.
    if (number != end || from < 0) {
      flush();
      from = number;
    }
    end = number + 1;
    return !there;
  }

  /** What was added up to now. */
  Roaring64Bitmap set() {
    flush();
    return set;
  }

  private void flush() {
    if (end - from == 1) {
      set.addLong(from);
    } else if (from < end) {
      set.addRange(from, end);
    }
    from = end;
  }
}
