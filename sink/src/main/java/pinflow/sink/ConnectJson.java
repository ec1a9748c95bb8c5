package pinflow.sink;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Date;
import java.util.Map;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/**
 * Prints Connect's data as JSON, for converters that do not hand over the sender's text.
 *
 * <p>Struct and map become objects (order of the schema, of the map), bytes base64, decimals
 * numbers, dates days and times ms since the epoch, as Connect's JsonConverter has them.
 */
final class ConnectJson {

  private static final JsonFactory JSON = new JsonFactory();

  private ConnectJson() {}

  /**
   * One JSON text in UTF-8.
   *
   * @param schema null for data without one
   * @throws DataException if a value has a Java type that is not one of Connect's
   */
  static byte[] print(@Nullable Schema schema, @Nullable Object value) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      write(json, schema, value);
    } catch (IOException e) {
      throw new UncheckedIOException("Memory cannot be written", e);
    }
    return text.toByteArray();
  }

  private static void write(JsonGenerator json, @Nullable Schema schema, @Nullable Object value)
      throws IOException {
    if (value == null) {
      json.writeNull();
    } else if (value instanceof Struct) {
      json.writeStartObject();
      for (Field field : ((Struct) value).schema().fields()) {
        json.writeFieldName(field.name());
        write(json, field.schema(), ((Struct) value).get(field));
      }
      json.writeEndObject();
    } else if (value instanceof Map) {
      json.writeStartObject();
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
        json.writeFieldName(String.valueOf(entry.getKey()));
        write(json, schema == null ? null : schema.valueSchema(), entry.getValue());
      }
      json.writeEndObject();
    } else if (value instanceof Iterable) {
      json.writeStartArray();
      for (Object element : (Iterable<?>) value) {
        write(json, schema == null ? null : schema.valueSchema(), element);
      }
      json.writeEndArray();
    } else {
      writeScalar(json, schema, value);
    }
  }

  private static void writeScalar(JsonGenerator json, @Nullable Schema schema, Object value)
      throws IOException {
    if (value instanceof String) {
      json.writeString((String) value);
    } else if (value instanceof Boolean) {
      json.writeBoolean((Boolean) value);
    } else if (value instanceof Float) {
      json.writeNumber((Float) value);
    } else if (value instanceof Double) {
      json.writeNumber((Double) value);
    } else if (value instanceof BigDecimal) {
      json.writeNumber((BigDecimal) value);
    } else if (value instanceof BigInteger) {
      json.writeNumber((BigInteger) value);
    } else if (value instanceof Number) {
      json.writeNumber(((Number) value).longValue());
    } else if (value instanceof byte[]) {
      json.writeBinary((byte[]) value);
    } else if (value instanceof ByteBuffer) {
      json.writeBinary(RecordLine.bytes((ByteBuffer) value));
    } else if (value instanceof Date) {
      json.writeNumber(sinceEpoch(schema, (Date) value));
    } else {
      throw new DataException(
          String.format(
              "A value of Java class %s cannot be written as JSON: Connect has no such data; look at the converter and"
                  + " the transforms.",
              value.getClass().getName()));
    }
  }

  private static long sinceEpoch(@Nullable Schema schema, Date date) {
    String logical = schema == null ? null : schema.name();
    if (schema != null && org.apache.kafka.connect.data.Date.LOGICAL_NAME.equals(logical)) {
      return org.apache.kafka.connect.data.Date.fromLogical(schema, date);
    }
    if (schema != null && Time.LOGICAL_NAME.equals(logical)) {
      return Time.fromLogical(schema, date);
    }
    return date.getTime();
  }
}
