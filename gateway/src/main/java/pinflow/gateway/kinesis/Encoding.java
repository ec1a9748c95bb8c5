package pinflow.gateway.kinesis;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.dataformat.cbor.CBORGenerator;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * The two encodings of the native dialect. They differ in blobs (base64, bytes) and in timestamps:
 * seconds with a fraction in JSON, milliseconds under tag 1 in CBOR.
 */
enum Encoding {
  JSON("application/x-amz-json-1.1", configure(JsonMapper.builder(new JsonFactory()).build(), 0)),
  CBOR("application/x-amz-cbor-1.1", configure(CBORMapper.builder().build(), 3));

  private final String mediaType;
  private final ObjectMapper mapper;

  Encoding(String mediaType, ObjectMapper mapper) {
    this.mediaType = mediaType;
    this.mapper = mapper;
  }

  String mediaType() {
    return mediaType;
  }

  byte[] write(Object answer) {
    try {
      return mapper.writeValueAsBytes(answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A request; an error names the field that is not what it must be. */
  <T> T read(byte[] body, Class<T> type) {
    try {
      T request = mapper.readValue(body, type);
      if (request != null) {
        return request;
      }
    } catch (JacksonException e) {
      throw KinesisError.SERIALIZATION.because(e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw KinesisError.SERIALIZATION.because("The body must be an object.");
  }

  /**
   * @param scale digits that a timestamp's number is moved by, from seconds
   */
  private static ObjectMapper configure(ObjectMapper mapper, int scale) {
    return mapper
        .setPropertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE)
        .setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL)
        // Newer clients send fields that we do not know.
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .registerModule(
            new SimpleModule()
                .addSerializer(new TimestampWriter())
                .addDeserializer(Instant.class, new TimestampReader(scale)));
  }

  private static final class TimestampWriter extends StdSerializer<Instant> {
    private static final long serialVersionUID = 1;

    TimestampWriter() {
      super(Instant.class);
    }

    @Override
    public void serialize(Instant time, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      if (out instanceof CBORGenerator cbor) {
        cbor.writeTag(1);
        cbor.writeNumber(time.toEpochMilli());
      } else {
        out.writeNumber(BigDecimal.valueOf(time.toEpochMilli(), 3));
      }
    }
  }

  private static final class TimestampReader extends StdDeserializer<Instant> {
    private static final long serialVersionUID = 1;
    private final int scale;

    TimestampReader(int scale) {
      super(Instant.class);
      this.scale = scale;
    }

    @Override
    public Instant deserialize(JsonParser in, DeserializationContext context) throws IOException {
      if (!in.currentToken().isNumeric()) {
        return (Instant) context.handleUnexpectedToken(Instant.class, in);
      }
      try {
        BigDecimal seconds = in.getDecimalValue().movePointLeft(scale);
        return Instant.ofEpochMilli(seconds.movePointRight(3).toBigInteger().longValueExact());
      } catch (ArithmeticException | DateTimeException e) {
        return (Instant) context.handleWeirdNumberValue(Instant.class, in.getNumberValue(), "time");
      }
    }
  }
}
