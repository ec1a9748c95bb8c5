package pinflow.control;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Links to the pages of runs. A browser that follows one sends no token, so each holds a key of its
 * own, which only who knows the token can make.
 *
 * @param base the server's address
 */
public record PageLinks(URI base, String token) {
  private static final int KEY_LENGTH = 32;

  public String of(long run) {
    return base + "/runs/" + run + "?key=" + key(run);
  }

  boolean opens(String run, String key) {
    return run.matches("\\d{1,18}")
        && MessageDigest.isEqual(
            key(Long.parseLong(run)).getBytes(StandardCharsets.UTF_8),
            key.getBytes(StandardCharsets.UTF_8));
  }

  private String key(long run) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(token.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      byte[] made = mac.doFinal(("run " + run).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(made).substring(0, KEY_LENGTH);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  @Override
  public String toString() {
    return "PageLinks[" + base + "]";
  }
}
