package pinflow.audit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A line of an object, taken apart as contracts/objects.md says.
 *
 * @param value the record's value as it was sent; null if it was null
 * @param isText whether it is UTF-8
 */
@SuppressWarnings("ArrayRecordComponent") // never compared or printed
record StoredLine(
    String topic,
    int partition,
    long offset,
    long timestamp,
    byte @Nullable [] value,
    boolean isText) {
  private static final Pattern PROVENANCE =
      Pattern.compile(
          "\\{\"_topic\":\"([^\"]+)\",\"_partition\":(\\d{1,9}),\"_offset\":(\\d{1,18}),"
              + "\"_timestamp\":(-?\\d{1,18}),");

  /** Kafka's longest name of a topic has 249 letters. */
  private static final int LONGEST_PROVENANCE = 400;

  private static final byte[] RAW = "\"_raw\":".getBytes(StandardCharsets.UTF_8);
  private static final byte[] BASE64 = "\"_raw_base64\":".getBytes(StandardCharsets.UTF_8);

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  /**
   * @param line without its line break
   * @throws IOException for any other text, saying what is wrong with it
   */
  static StoredLine parse(byte[] line) throws IOException {
    String head =
        new String(line, 0, Math.min(line.length, LONGEST_PROVENANCE), StandardCharsets.ISO_8859_1);
    Matcher provenance = PROVENANCE.matcher(head);
    if (!provenance.lookingAt()) {
      throw new IOException("it does not begin with the provenance");
    }
    int start = provenance.end();
    boolean isBase64 = begins(line, start, BASE64);
    byte[] value;
    if (isBase64) {
      String text = string(line, start + BASE64.length);
      value = text == null ? null : Base64.getDecoder().decode(text);
    } else if (begins(line, start, RAW)) {
      String text = string(line, start + RAW.length);
      value = text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    } else {
      // The provenance's last byte, a comma, has the place of the value's brace.
      value = Arrays.copyOfRange(line, start - 1, line.length);
      value[0] = '{';
    }
    return new StoredLine(
        provenance.group(1),
        Integer.parseInt(provenance.group(2)),
        Long.parseLong(provenance.group(3)),
        Long.parseLong(provenance.group(4)),
        value,
        !isBase64);
  }

  /** The value as the table quarantine shows it (contracts/tables.md). */
  @Nullable String raw() {
    if (value == null) {
      return null;
    }
    return isText
        ? new String(value, StandardCharsets.UTF_8)
        : "base64:" + Base64.getEncoder().encodeToString(value);
  }

  private static boolean begins(byte[] line, int start, byte[] with) {
    return line.length >= start + with.length
        && Arrays.equals(line, start, start + with.length, with, 0, with.length);
  }

  private static @Nullable String string(byte[] line, int start) throws IOException {
    // Without the line's closing brace.
    try (JsonParser parser = JSON.createParser(line, start, line.length - start - 1)) {
      JsonToken token = parser.nextToken();
      String text = token == JsonToken.VALUE_STRING ? parser.getText() : null;
      if ((text == null && token != JsonToken.VALUE_NULL) || parser.nextToken() != null) {
        throw new IOException("what it wraps is not a string");
      }
      return text;
    } catch (IllegalArgumentException e) {
      throw new IOException("what it wraps cannot be read: " + e.getMessage(), e);
    }
  }
}
