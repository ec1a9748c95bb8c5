package pinflow.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record as a line of an object, by the contract {@code objects.md}: its provenance, then its own
 * text byte for byte, or wrapped if that is not a JSON object on one line.
 */
final class RecordLine {

  private static final JsonFactory JSON = new JsonFactory();
  private static final byte[] RAW = "\"_raw\":\"".getBytes(UTF_8);
  private static final byte[] RAW_NULL = "\"_raw\":null}\n".getBytes(UTF_8);
  private static final byte[] BASE64 = "\"_raw_base64\":\"".getBytes(UTF_8);
  private static final byte[] END_OF_STRING = "\"}\n".getBytes(UTF_8);
  private static final byte[] END = "\n".getBytes(UTF_8);

  /** What Kafka itself writes where a record has no timestamp. */
  private static final long NO_TIMESTAMP = -1;

  private RecordLine() {}

  /**
   * The line in UTF-8 with its line feed. Topic, partition and offset are those of the log, also
   * after a transform that renames the topic.
   */
  static byte[] of(SinkRecord record) {
    String provenance =
        "{\"_topic\":\""
            + record.originalTopic()
            + "\",\"_partition\":"
            + record.originalKafkaPartition()
            + ",\"_offset\":"
            + record.originalKafkaOffset()
            + ",\"_timestamp\":"
            + (record.timestamp() == null ? NO_TIMESTAMP : record.timestamp())
            + ",";
    byte[] head = provenance.getBytes(UTF_8);
    byte[] value = text(record);
    if (value == null) {
      return line(head, RAW_NULL, 0, new byte[0]);
    }
    String decoded = decode(value);
    if (decoded == null) {
      return line(join(head, BASE64), Base64.getEncoder().encode(value), 0, END_OF_STRING);
    }
    if (fitsTheLine(decoded)) {
      return line(head, value, 1, END);
    }
    return line(
        join(head, RAW), JsonStringEncoder.getInstance().quoteAsUTF8(decoded), 0, END_OF_STRING);
  }

  /**
   * The record's value as it was sent: bytes and text as they are. A String without a schema is a
   * JSON string that JsonConverter has parsed, so it is printed again, as maps, lists and numbers.
   */
  private static byte @Nullable [] text(SinkRecord record) {
    Object value = record.value();
    if (value == null) {
      return null;
    }
    if (value instanceof byte[]) {
      return (byte[]) value;
    }
    if (value instanceof ByteBuffer) {
      return bytes((ByteBuffer) value);
    }
    if (value instanceof String && record.valueSchema() != null) {
      return ((String) value).getBytes(UTF_8);
    }
    return ConnectJson.print(record.valueSchema(), value);
  }

  static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private static @Nullable String decode(byte[] value) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
    } catch (CharacterCodingException e) {
      return null; // the answer to the question asked
    }
  }

  /** Whether the text is a JSON object that can go on after the provenance as it is. */
  private static boolean fitsTheLine(String text) {
    if (!text.startsWith("{")
        || !text.endsWith("}")
        || text.startsWith("{\"_raw")
        || text.indexOf('\n') >= 0
        || text.indexOf('\r') >= 0) {
      return false;
    }
    try (JsonParser parser = JSON.createParser(text)) {
      parser.nextToken();
      if (parser.nextToken() == JsonToken.END_OBJECT) {
        return false;
      }
      int depth = 1;
      while (depth > 0) {
        JsonToken token = parser.nextToken();
        if (token == null) {
          return false;
        } else if (token.isStructStart()) {
          depth++;
        } else if (token.isStructEnd()) {
          depth--;
        }
      }
      return parser.nextToken() == null;
    } catch (JsonProcessingException e) {
      return false; // not JSON, or nested deeper than any reader goes
    } catch (IOException e) {
      throw new UncheckedIOException("A string in memory cannot be read", e);
    }
  }

  private static byte[] join(byte[] one, byte[] other) {
    return line(one, other, 0, new byte[0]);
  }

  private static byte[] line(byte[] head, byte[] middle, int from, byte[] end) {
    return ByteBuffer.allocate(head.length + middle.length - from + end.length)
        .put(head)
        .put(middle, from, middle.length - from)
        .put(end)
        .array();
  }
}
