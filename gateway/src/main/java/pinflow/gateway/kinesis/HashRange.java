package pinflow.gateway.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A part of the hash keys, which are 128-bit numbers; a record's is the MD5 of its partition key.
 *
 * @param first and {@code last}: both within
 */
record HashRange(BigInteger first, BigInteger last) {
  static final BigInteger END = BigInteger.TWO.pow(128);

  /** One of equal parts of all hash keys; the last takes what division leaves. */
  static HashRange part(int index, int of) {
    return new HashRange(boundary(index, of), boundary(index + 1, of).subtract(BigInteger.ONE));
  }

  /** Where the part begins. */
  static BigInteger boundary(int index, int of) {
    return index == of
        ? END
        : END.divide(BigInteger.valueOf(of)).multiply(BigInteger.valueOf(index));
  }

  static BigInteger hashOf(String partitionKey) {
    try {
      return new BigInteger(
          1, MessageDigest.getInstance("MD5").digest(partitionKey.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }

  boolean isBefore(HashRange next) {
    return last.add(BigInteger.ONE).equals(next.first);
  }

  /** Whether a range could begin here and leave something before it. */
  boolean isInside(BigInteger start) {
    return start.compareTo(first) > 0 && start.compareTo(last) <= 0;
  }
}
