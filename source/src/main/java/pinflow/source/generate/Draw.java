package pinflow.source.generate;

import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * A stream of chance of its own for each thing that is drawn. Only {@code nextLong} is the
 * library's (SplitMix64); how bounds and fractions come of it is fixed here, since JDKs differ in
 * that.
 */
final class Draw {

  private final RandomGenerator random;

  private Draw(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** The stream of the thing with this number among its kind. */
  static Draw of(long seed, Enum<?> kind, long number) {
    return of(seed, kind.name().hashCode(), number);
  }

  static Draw of(long seed, long kind, long number) {
    return new Draw(mix(mix(mix(seed) + kind) + number));
  }

  long bits() {
    return random.nextLong();
  }

  /** From 0 up to but not including {@code bound}. */
  int below(int bound) {
    return (int) Math.multiplyHigh(random.nextLong() >>> 1, (long) bound << 1);
  }

  /** From 0 up to but not including 1. */
  double fraction() {
    return (random.nextLong() >>> 11) * 0x1p-53;
  }

  boolean oneIn(int n) {
    return below(n) == 0;
  }

  /** Below {@code bound}, small ones the more frequent the greater {@code power} is. */
  int skewed(int bound, double power) {
    // StrictMath gives the same bits on each processor.
    return (int) (bound * StrictMath.pow(fraction(), power));
  }

  <T> T from(List<T> list) {
    return list.get(below(list.size()));
  }

  /** The finalizer of MurmurHash3: neighbouring numbers must not have neighbouring streams. */
  private static long mix(long z) {
    z = (z ^ (z >>> 33)) * 0xff51afd7ed558ccdL;
    z = (z ^ (z >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return z ^ (z >>> 33);
  }
}
