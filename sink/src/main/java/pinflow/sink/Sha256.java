package pinflow.sink;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256, which every Java platform has. */
final class Sha256 {

  private Sha256() {}

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  static String hex(byte[] body) {
    MessageDigest digest = digest();
    digest.update(body);
    return hex(digest);
  }

  /** Ends the digest; 64 digits, lower case. */
  static String hex(MessageDigest digest) {
    return String.format("%064x", new BigInteger(1, digest.digest()));
  }
}
