package pinflow.gateway.kafka;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pinflow.gateway.JsonText;
import pinflow.gateway.kafka.MediaTypes.Format;
import pinflow.gateway.log.LogRecord;

/**
 * Reads {@code {"records":[{"key":…,"value":…,"partition":n}…]}}.
 *
 * <p>In the JSON format a key's or value's bytes are the client's own text, cut out of the body:
 * key order, number forms, escapes, repeated keys and white space stay as they were sent. Parsing
 * only checks that it is JSON and finds where it begins and ends.
 */
final class ProduceBody {
  /** Fields of the schema formats: Confluent's proxy takes and ignores them here, too. */
  private static final Set<String> IGNORED =
      Set.of("key_schema", "key_schema_id", "value_schema", "value_schema_id");

  private final byte[] body;
  private final int textStart;
  private final Format format;
  private final @Nullable Integer pathPartition;
  private final long maxRecords;
  private final JsonParser json;

  private ProduceBody(
      byte[] body, int textStart, Format format, @Nullable Integer pathPartition, long maxRecords)
      throws IOException {
    this.body = body;
    this.format = format;
    this.pathPartition = pathPartition;
    this.maxRecords = maxRecords;
    this.textStart = textStart;
    this.json = JsonText.parser(body, textStart);
  }

  /**
   * @param pathPartition for records that name none
   * @throws KafkaRestException 400 for what is not such JSON, 413 for too many records, 422 for
   *     none
   */
  static List<LogRecord> parse(
      byte[] body, Format format, @Nullable Integer pathPartition, long maxRecords) {
    JsonText.notUtf8(body)
        .ifPresent(
            at -> {
              throw KafkaRestError.BAD_REQUEST.because(
                  "the body is not UTF-8 (at byte " + at + ")");
            });
    int start = JsonText.hasByteOrderMark(body) ? 3 : 0;
    if (start == body.length) {
      throw KafkaRestError.UNPROCESSABLE.because(
          "the body is empty; it must be {\"records\":[…]}.");
    }
    try {
      ProduceBody reader = new ProduceBody(body, start, format, pathPartition, maxRecords);
      try (reader.json) {
        return reader.envelope();
      }
    } catch (JsonProcessingException e) {
      throw KafkaRestError.BAD_REQUEST.because("the body is not JSON: " + JsonText.complaint(e));
    } catch (IOException | IllegalStateException e) {
      // Jackson's guard against names made to collide throws the latter.
      throw KafkaRestError.BAD_REQUEST.because("the body cannot be read as JSON");
    }
  }

  private List<LogRecord> envelope() throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw wrong("the body must be an object, {\"records\":[…]}");
    }
    List<LogRecord> records = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      if (name.equals("records")) {
        if (records != null) {
          throw wrong("the field \"records\" is there twice");
        }
        records = records();
      } else if (IGNORED.contains(name)) {
        json.skipChildren();
      } else {
        throw wrong("Unrecognized field \"" + name + "\" in the body");
      }
    }
    if (json.nextToken() != null) {
      throw wrong("something follows the body's object");
    }
    if (records == null || records.isEmpty()) {
      throw KafkaRestError.UNPROCESSABLE.because("records must not be empty.");
    }
    return records;
  }

  private List<LogRecord> records() throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return List.of();
    }
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw wrong("\"records\" must be an array");
    }
    List<LogRecord> records = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.START_OBJECT) {
        throw wrong("each record must be an object, such as {\"value\":…}");
      }
      if (records.size() == maxRecords) {
        throw KafkaRestError.TOO_LARGE.because(
            "more than " + maxRecords + " records in a request. Send fewer at a time.");
      }
      records.add(record());
    }
    return records;
  }

  private LogRecord record() throws IOException {
    byte[] key = null;
    byte[] value = null;
    Integer partition = pathPartition;
    boolean keySeen = false;
    boolean valueSeen = false;
    boolean partitionSeen = false;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "key" -> {
          once(keySeen, name);
          keySeen = true;
          key = embedded();
        }
        case "value" -> {
          once(valueSeen, name);
          valueSeen = true;
          value = embedded();
        }
        case "partition" -> {
          once(partitionSeen, name);
          partitionSeen = true;
          if (json.currentToken() != JsonToken.VALUE_NULL) {
            partition = partition();
          }
        }
        default ->
            throw wrong(
                "Unrecognized field \""
                    + name
                    + "\" in a record: key, value and partition are known");
      }
    }
    return new LogRecord(partition, key, value);
  }

  private void once(boolean seen, String name) {
    if (seen) {
      throw wrong("the field \"" + name + "\" is twice in a record");
    }
  }

  private int partition() throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT
        && json.getTextLength() < 10
        && json.getIntValue() >= 0) {
      return json.getIntValue();
    }
    throw wrong("\"partition\" must be a whole number from 0");
  }

  private byte @Nullable [] embedded() throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return null;
    }
    return switch (format) {
      case JSON -> cut();
      case BINARY -> decode();
    };
  }

  private byte[] cut() throws IOException {
    int start = textStart + Math.toIntExact(json.currentTokenLocation().getByteOffset());
    json.skipChildren();
    json.finishToken(); // a text's end is not looked for before
    int end = textStart + Math.toIntExact(json.currentLocation().getByteOffset());
    return Arrays.copyOfRange(body, start, end);
  }

  private byte[] decode() throws IOException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw wrong("data is not a base64 string");
    }
    try {
      return Base64.getDecoder().decode(json.getText());
    } catch (IllegalArgumentException e) {
      throw wrong("data is not a valid base64 string: " + e.getMessage());
    }
  }

  private KafkaRestException wrong(String what) {
    return KafkaRestError.BAD_REQUEST.because(
        what + " (at byte " + json.currentTokenLocation().getByteOffset() + ")");
  }
}
