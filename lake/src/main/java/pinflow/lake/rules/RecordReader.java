package pinflow.lake.rules;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of a record as texts, numbers in the form in which they were sent.
 *
 * <p>Spark's own {@code from_json} prints numbers anew, takes names without case only and throws at
 * a name given twice; hence Jackson.
 */
final class RecordReader {
  /** How many JSON strings a record may be wrapped in; some senders encode twice. */
  private static final int WRAPPINGS = 2;

  /** More digits than this are no BIGINT's, and dear to reckon with. */
  private static final int LONGEST = 1000;

  /** Limits are the gateway's business: what is in the log is JSON however long. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private RecordReader() {}

  /**
   * The texts of a record's fields, at the places of {@link Field}'s order.
   *
   * <p>Of a field given twice the last counts, as most JSON readers have it, and an exact name
   * before one in other case. An object's or array's text is its JSON as sent.
   *
   * @return null if the record is not a JSON object, nor a JSON string (of a JSON string) that
   *     holds one; also if one of the fields is not text that UTF-8 can hold
   */
  static @Nullable String @Nullable [] read(@Nullable String record) {
    String text = record;
    for (int unwrapped = 0; text != null && unwrapped <= WRAPPINGS; unwrapped++) {
      try (JsonParser parser = JSON.createParser(text)) {
        JsonToken root = parser.nextToken();
        if (root == JsonToken.START_OBJECT) {
          @Nullable String @Nullable [] fields = fields(parser, text);
          return parser.nextToken() == null ? fields : null;
        }
        String inner = root == JsonToken.VALUE_STRING ? parser.getText() : null;
        text = parser.nextToken() == null ? inner : null;
      } catch (JsonProcessingException notJson) {
        return null;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return null;
  }

  private static @Nullable String @Nullable [] fields(JsonParser parser, String record)
      throws IOException {
    @Nullable String[] fields = new @Nullable String[Field.values().length];
    boolean[] exact = new boolean[fields.length];
    boolean unicode = true;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      Field field = Field.named(name);
      boolean isExact = Field.isExact(name);
      if (field == null || exact[field.ordinal()] && !isExact) {
        parser.skipChildren();
        continue;
      }
      String text = text(parser, value, field, record);
      unicode &= text == null || isUnicode(text);
      fields[field.ordinal()] = text;
      exact[field.ordinal()] = isExact;
    }
    return unicode ? fields : null;
  }

  private static @Nullable String text(
      JsonParser parser, JsonToken value, Field field, String record) throws IOException {
    return switch (value) {
      case VALUE_NULL -> null;
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
          field.whole() ? whole(parser.getText()) : parser.getText();
      case START_OBJECT, START_ARRAY -> {
        int from = (int) parser.currentTokenLocation().getCharOffset();
        parser.skipChildren();
        yield record.substring(from, (int) parser.currentLocation().getCharOffset());
      }
      default -> parser.getText();
    };
  }

  /** The digits of a number that is whole, however it is written: 25 of 25.0 or 2.5e1. */
  private static String whole(String number) {
    if (number.length() > LONGEST) {
      return number;
    }
    try {
      BigDecimal value = new BigDecimal(number).stripTrailingZeros();
      boolean whole = value.scale() <= 0 && value.scale() >= -LONGEST;
      return whole ? value.toPlainString() : number;
    } catch (NumberFormatException exponentBeyondInt) {
      return number;
    }
  }

  /** A JSON escape can be half of a surrogate pair, which no UTF-8 text can hold. */
  private static boolean isUnicode(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isHighSurrogate(text.charAt(i))) {
        i++;
        if (i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
          return false;
        }
      } else if (Character.isLowSurrogate(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }
}
