package pinflow.gateway.kafka;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import pinflow.gateway.log.Outcome;
import pinflow.gateway.log.Outcome.Written;

/** The dialect's answers as JSON, UTF-8. */
final class Json {
  private static final int MAX_NAME = 256;

  // A factory keeps thousands of the names that it met: short ones, then.
  static final ObjectMapper MAPPER =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxNameLength(MAX_NAME).build())
              .build());
  private static final JsonFactory FACTORY = MAPPER.getFactory();

  private Json() {}

  /** Writes one document. */
  @FunctionalInterface
  interface Writer {
    void write(JsonGenerator json) throws IOException;
  }

  static byte[] of(Writer writer) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      writer.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static byte[] error(int code, String message) {
    return of(
        json -> {
          json.writeStartObject();
          json.writeNumberField("error_code", code);
          json.writeStringField("message", message);
          json.writeEndObject();
        });
  }

  /**
   * The receipt: {@code
   * {"offsets":[{"partition","offset","error_code","error"}…],"key_schema_id":null,"value_schema_id":null}}.
   */
  static byte[] receipt(List<Outcome> outcomes) {
    return of(
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("offsets");
          for (Outcome outcome : outcomes) {
            json.writeStartObject();
            if (outcome instanceof Written written) {
              json.writeNumberField("partition", written.partition());
              json.writeNumberField("offset", written.offset());
              json.writeNullField("error_code");
              json.writeNullField("error");
            } else if (outcome instanceof Outcome.Failed failed) {
              json.writeNullField("partition");
              json.writeNullField("offset");
              json.writeNumberField("error_code", Produce.error(failed.reason()).code());
              json.writeStringField("error", failed.message());
            }
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeNullField("key_schema_id");
          json.writeNullField("value_schema_id");
          json.writeEndObject();
        });
  }

  static byte[] of(Object value) {
    return of(json -> json.writePOJO(value));
  }
}
