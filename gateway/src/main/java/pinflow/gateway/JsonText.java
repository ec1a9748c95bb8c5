package pinflow.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/** JSON that is checked, not read: UTF-8 bytes and the places in them. */
public final class JsonText {
  // No text, name or number is too long to be skipped. Depth stays bounded (1,000).
  private static final JsonFactoryBuilder FACTORIES =
      new JsonFactoryBuilder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES);

  private JsonText() {}

  /** Over bytes that are UTF-8; its byte offsets count from {@code start}. */
  public static JsonParser parser(byte[] text, int start) throws IOException {
    // A factory keeps thousands of the names that its parsers met, of any length: one that is
    // shared would hold clients' bytes for ever. A new one costs a microsecond.
    return FACTORIES.build().createParser(text, start, text.length - start);
  }

  public static boolean hasByteOrderMark(byte[] text) {
    return text.length >= 3
        && text[0] == (byte) 0xEF
        && text[1] == (byte) 0xBB
        && text[2] == (byte) 0xBF;
  }

  /** The first byte that is not UTF-8 text; empty when all are. */
  public static OptionalInt notUtf8(byte[] text) {
    for (int i = 0; i < Math.min(4, text.length); i++) {
      if (text[i] == 0) {
        return OptionalInt.of(i); // UTF-16 or UTF-32, which Jackson would detect and read
      }
    }
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(text);
    CharBuffer out = CharBuffer.allocate(Math.min(text.length + 1, 8192));
    CoderResult result;
    do {
      out.clear();
      result = decoder.decode(in, out, true);
    } while (result.isOverflow());
    return result.isError() ? OptionalInt.of(in.position()) : OptionalInt.empty();
  }

  /** Whether the bytes are one JSON value and nothing else. */
  public static boolean isJson(byte[] text) {
    if (hasByteOrderMark(text) || notUtf8(text).isPresent()) {
      return false;
    }
    try (JsonParser json = parser(text, 0)) {
      if (json.nextToken() == null) {
        return false;
      }
      json.skipChildren();
      return json.nextToken() == null;
    } catch (IOException | IllegalStateException e) {
      return false; // Jackson's guard against names made to collide throws the latter
    }
  }

  public static String complaint(JsonProcessingException failure) {
    return failure.getOriginalMessage() + at(failure);
  }

  public static String at(JsonProcessingException failure) {
    // Jackson has no place to name when a limit, such as that of depth, is hit.
    return failure.getLocation() == null
        ? ""
        : " (at byte " + failure.getLocation().getByteOffset() + ")";
  }
}
