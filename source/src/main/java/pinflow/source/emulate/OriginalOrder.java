package pinflow.source.emulate;

import org.apache.commons.math3.random.MersenneTwister;

/**
 * The draws of the original script: CPython's {@code random.seed(100)}, then for ever {@code
 * random.randrange(0, 2)} seconds of sleep and {@code random.randint(0, 11000)}, the row.
 */
final class OriginalOrder {

  /** One turn of the script's loop: the pause before it and the row, counted from 0. */
  record Draw(int sleepSeconds, int row) {}

  private static final int ROWS = 11_001;

  // CPython seeds with the digits of the number, as an array.
  private final MersenneTwister random = new MersenneTwister(new int[] {100});

  Draw next() {
    int sleepSeconds = below(2);
    return new Draw(sleepSeconds, below(ROWS));
  }

  /**
   * CPython's {@code _randbelow}: as many bits as {@code bound} has, drawn again until they are
   * below it.
   */
  private int below(int bound) {
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(bound);
    int drawn;
    do {
      drawn = random.nextInt() >>> (Integer.SIZE - bits);
    } while (drawn >= bound);
    return drawn;
  }
}
