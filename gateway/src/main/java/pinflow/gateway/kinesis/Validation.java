package pinflow.gateway.kinesis;

import java.math.BigInteger;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The constraints of the API reference, in AWS's words. */
final class Validation {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.-]+");
  private static final Pattern HASH_KEY = Pattern.compile("0|([1-9]\\d{0,38})");
  private static final Pattern SEQUENCE_NUMBER = Pattern.compile("0|([1-9]\\d{0,128})");

  private Validation() {}

  static KinesisException failed(String member, @Nullable Object value, String constraint) {
    return KinesisError.VALIDATION.because(
        "1 validation error detected: Value %s at '%s' failed to satisfy constraint: %s"
            .formatted(value == null ? "null" : "'" + value + "'", member, constraint));
  }

  static <T> T required(String member, @Nullable T value) {
    if (value == null) {
      throw failed(member, null, "Member must not be null");
    }
    return value;
  }

  static String name(String member, @Nullable String value) {
    return matching(member, lengthOf(member, value, 1, 128), NAME);
  }

  static BigInteger hashKey(String member, @Nullable String value) {
    return new BigInteger(matching(member, required(member, value), HASH_KEY));
  }

  static String sequenceNumber(String member, String value) {
    return matching(member, value, SEQUENCE_NUMBER);
  }

  static String matching(String member, String value, Pattern pattern) {
    if (!pattern.matcher(value).matches()) {
      throw failed(
          member, value, "Member must satisfy regular expression pattern: " + pattern.pattern());
    }
    return value;
  }

  static String lengthOf(String member, @Nullable String value, int least, int most) {
    String text = required(member, value);
    length(member, text, text.length(), least, most);
    return text;
  }

  /**
   * @param value as it is shown
   */
  static void length(String member, Object value, int length, int least, int most) {
    if (length < least) {
      throw failed(member, value, "Member must have length greater than or equal to " + least);
    }
    if (length > most) {
      throw failed(member, value, "Member must have length less than or equal to " + most);
    }
  }

  static int between(String member, @Nullable Integer value, int least, int most) {
    int number = required(member, value);
    if (number < least) {
      throw failed(member, value, "Member must have value greater than or equal to " + least);
    }
    if (number > most) {
      throw failed(member, value, "Member must have value less than or equal to " + most);
    }
    return number;
  }

  static int between(String member, @Nullable Integer value, int least, int most, int otherwise) {
    return value == null ? otherwise : between(member, value, least, most);
  }

  /** One of the constants of an enum. */
  static <E extends Enum<E>> E constant(String member, @Nullable String value, Class<E> type) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(required(member, value))) {
        return constant;
      }
    }
    throw failed(
        member,
        value,
        "Member must satisfy enum value set: "
            + java.util.Arrays.toString(type.getEnumConstants()));
  }

  static void tags(Map<String, String> tags, int most) {
    length("tags", tags, tags.size(), 1, most);
    tags.forEach(
        (key, value) -> {
          if (key.isEmpty() || key.length() > 128) {
            throw failed(
                "tags",
                tags,
                "Map keys must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1]");
          }
          if (value.length() > 256) {
            throw failed(
                "tags",
                tags,
                "Map value must satisfy constraint: [Member must have length less than or equal to 256, Member must have length greater than or equal to 0]");
          }
        });
  }
}
