package pinflow.audit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The hash of a row's content as contracts/tables.md defines it. */
final class RowContent {
  private RowContent() {}

  /**
   * @param columns the values of a table's columns before the provenance, in their order
   */
  static byte[] hash(List<@Nullable Object> columns) {
    MessageDigest digest = Sha256.digest();
    for (Object column : columns) {
      if (column == null) {
        digest.update((byte) 'N');
      } else {
        byte[] text = text(column).getBytes(StandardCharsets.UTF_8);
        digest.update((text.length + ":").getBytes(StandardCharsets.UTF_8));
        digest.update(text);
      }
    }
    return digest.digest();
  }

  private static String text(Object value) {
    if (value instanceof Instant time) {
      // ChronoUnit.MICROS counts nanoseconds in between, and those of a year 9999 fit no long.
      return Long.toString(time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000);
    }
    if (value instanceof List<?> numbers) {
      return numbers.stream()
          .map(number -> number instanceof Double d ? Double.toHexString(d) : "null")
          .collect(Collectors.joining(","));
    }
    return value.toString();
  }
}
