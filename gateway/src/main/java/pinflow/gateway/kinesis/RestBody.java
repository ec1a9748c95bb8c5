package pinflow.gateway.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import pinflow.gateway.JsonText;

/**
 * Reads {@code {"Data":…,"PartitionKey":…}} and {@code {"records":[{"data":…,"partition-key":…}]}}.
 * Names are taken in any case, with or without hyphens; those that are not known are skipped.
 *
 * <p>A record's bytes are the client's own text, cut out of the body: {@code
 * $util.base64Encode($input.json('$.Data'))} in the mapping. A text in {@code records} is the text
 * itself, without quotes: {@code $util.base64Encode($elem.data)}.
 */
final class RestBody {
  private final byte[] body;
  private final int textStart;
  private final JsonParser json;

  private RestBody(byte[] body, int textStart) throws IOException {
    this.body = body;
    this.textStart = textStart;
    this.json = JsonText.parser(body, textStart);
  }

  static Requests.PutRecord record(byte[] body, String stream) {
    return read(
        body,
        reader -> {
          Requests.Entry entry = reader.entry(true);
          return new Requests.PutRecord(
              stream, null, entry.data(), entry.partitionKey(), entry.explicitHashKey(), null);
        });
  }

  static Requests.PutRecords records(byte[] body, String stream) {
    return read(body, reader -> new Requests.PutRecords(stream, null, reader.entries()));
  }

  /** Empty when the body does not say. */
  static OptionalInt shardCount(byte[] body) {
    return body.length == 0 ? OptionalInt.empty() : read(body, RestBody::shards);
  }

  private interface Reading<T> {
    T of(RestBody reader) throws IOException;
  }

  private static <T> T read(byte[] body, Reading<T> reading) {
    JsonText.notUtf8(body)
        .ifPresent(
            at -> {
              throw wrong("The body is not UTF-8 (at byte " + at + ")");
            });
    try {
      RestBody reader = new RestBody(body, JsonText.hasByteOrderMark(body) ? 3 : 0);
      try (reader.json) {
        if (reader.json.nextToken() != JsonToken.START_OBJECT) {
          throw wrong("The body must be an object, such as {\"Data\":{},\"PartitionKey\":\"…\"}");
        }
        T result = reading.of(reader);
        if (reader.json.nextToken() != null) {
          throw wrong("Something follows the body's object");
        }
        return result;
      }
    } catch (JsonProcessingException e) {
      throw wrong("The body is not JSON: " + JsonText.complaint(e));
    } catch (IOException | IllegalStateException e) {
      // Jackson's guard against names made to collide throws the latter.
      throw wrong("The body cannot be read as JSON");
    }
  }

  private static KinesisException wrong(String what) {
    return KinesisError.SERIALIZATION.because(what + ".");
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
  }

  /**
   * @param quoted whether a text stays JSON
   */
  private Requests.Entry entry(boolean quoted) throws IOException {
    byte[] data = null;
    String partitionKey = null;
    String explicitHashKey = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      switch (plain(name)) {
        case "data" -> {
          once(data, name);
          data = data(quoted);
        }
        case "partitionkey" -> {
          once(partitionKey, name);
          partitionKey = text(name);
        }
        case "explicithashkey" -> {
          once(explicitHashKey, name);
          explicitHashKey = text(name);
        }
        default -> json.skipChildren();
      }
    }
    return new Requests.Entry(data, partitionKey, explicitHashKey);
  }

  private static void once(@Nullable Object before, String name) {
    if (before != null) {
      throw wrong("The field \"" + name + "\" is there twice");
    }
  }

  private List<Requests.Entry> entries() throws IOException {
    List<Requests.Entry> entries = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      if (!plain(name).equals("records")) {
        json.skipChildren();
        continue;
      }
      once(entries, name);
      if (json.currentToken() != JsonToken.START_ARRAY) {
        throw wrong("\"" + name + "\" must be an array");
      }
      entries = new ArrayList<>();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
          throw wrong(
              "Each record must be an object, such as {\"data\":{},\"partition-key\":\"…\"}");
        }
        entries.add(entry(false));
      }
    }
    return entries == null ? List.of() : entries;
  }

  private OptionalInt shards() throws IOException {
    OptionalInt shards = OptionalInt.empty();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      if (!plain(name).equals("shardcount")) {
        json.skipChildren();
        continue;
      }
      String text = text(name);
      try {
        shards = text == null || text.isEmpty() ? shards : OptionalInt.of(Integer.parseInt(text));
      } catch (NumberFormatException e) {
        throw wrong("\"" + name + "\" must be a whole number");
      }
    }
    return shards;
  }

  /** A text, or a number's; the mapping puts either into quotes. */
  private @Nullable String text(String name) throws IOException {
    return switch (json.currentToken()) {
      case VALUE_NULL -> null;
      case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> json.getText();
      default -> throw wrong("\"" + name + "\" must be a text");
    };
  }

  private byte @Nullable [] data(boolean quoted) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return null;
    }
    if (json.currentToken() == JsonToken.VALUE_STRING && !quoted) {
      return json.getText().getBytes(UTF_8);
    }
    int start = textStart + Math.toIntExact(json.currentTokenLocation().getByteOffset());
    json.skipChildren();
    json.finishToken(); // a text's end is not looked for before
    int end = textStart + Math.toIntExact(json.currentLocation().getByteOffset());
    return Arrays.copyOfRange(body, start, end);
  }
}
