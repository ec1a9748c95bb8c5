package pinflow.gateway.log;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A client's name for one request, and the two record headers that carry it (contracts:
 * idempotency.md).
 *
 * @param key 1–255 visible ASCII characters
 * @param bodyHash SHA-256 of the request's body, lower-case hex
 */
public record IdempotencyKey(String key, String bodyHash) {
  static final String KEY_HEADER = "idempotency-key";
  static final String PART_HEADER = "idempotency-part";

  /** Beyond it a foreign record's header is not believed. */
  private static final int MAX_PARTS = 1 << 20;

  private static final int HASH_LENGTH = 64;

  /**
   * @param index of the record in its request, from 0
   * @param parts records in the request
   */
  record Part(IdempotencyKey key, int index, int parts) {}

  public static IdempotencyKey of(String key, byte[] body) {
    try {
      return new IdempotencyKey(
          key, HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  public static boolean isValid(String key) {
    return !key.isEmpty() && key.length() <= 255 && key.chars().allMatch(c -> c > ' ' && c < 127);
  }

  void write(Headers headers, int index, int parts) {
    headers.add(KEY_HEADER, key.getBytes(US_ASCII));
    headers.add(PART_HEADER, (index + "/" + parts + "/" + bodyHash).getBytes(US_ASCII));
  }

  /** Empty for a record without the headers, or with headers that no gateway wrote. */
  static Optional<Part> read(Headers headers) {
    String key = text(headers.lastHeader(KEY_HEADER));
    String part = text(headers.lastHeader(PART_HEADER));
    if (key == null || part == null || !isValid(key)) {
      return Optional.empty();
    }
    String[] fields = part.split("/", -1);
    if (fields.length != 3 || fields[2].length() != HASH_LENGTH) {
      return Optional.empty();
    }
    try {
      int index = Integer.parseInt(fields[0]);
      int parts = Integer.parseInt(fields[1]);
      return index >= 0 && index < parts && parts <= MAX_PARTS
          ? Optional.of(new Part(new IdempotencyKey(key, fields[2]), index, parts))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static @Nullable String text(@Nullable Header header) {
    return header == null || header.value() == null ? null : new String(header.value(), US_ASCII);
  }
}
