package pinflow.sink;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.storage.StringConverter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordLineTest {

  private static final String PROVENANCE =
      "{\"_topic\":\"0e03d1c30c91.pin\",\"_partition\":0,\"_offset\":17,\"_timestamp\":1767225600000,";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":1}",
        "{\"a\":1,\"a\":2}",
        "{\"b\":1.0,\"a\":1,\"c\":1e2,\"d\":100000000000000000000000}",
        "{\"t\":\"\\u00e9\\n\\/ é 😀 \u00a0\u2028\"}",
        "{ \"a\" :\t{ } , \"b\" : [ ] }",
        "{\"lone\":\"\\ud800\"}",
        "{\"_topic\":\"mine\",\"_offset\":1}",
        "{\"x\":{\"_raw\":1}}"
      })
  void keepsAnObjectsTextByteForByte(String text) {
    assertThat(line(text.getBytes(UTF_8))).isEqualTo(PROVENANCE + text.substring(1) + "\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "{ }",
        "null",
        "17",
        "[{\"a\":1}]",
        "\"{\\\"index\\\": 1}\"",
        "not JSON",
        "{\"a\":1} ",
        " {\"a\":1}",
        "{\"a\":1}{\"b\":2}",
        "{\"a\":1}}",
        "{\"a\":1,}",
        "{\"a\":01}",
        "{\"a\":NaN}",
        "{'a':1}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\t\"}",
        "{\n  \"a\": 1\n}",
        "{\"a\":1,\r\"b\":2}",
        "{\"_raw\":\"x\"}",
        "{\"_raw_base64\":\"eA==\"}",
        "{\"_rawer\":1}",
        "\uFEFF{\"a\":1}",
        "{\"a\"}",
        "{",
        "{}}"
      })
  void wrapsAnyOtherText(String text) throws Exception {
    String line = line(text.getBytes(UTF_8));
    assertThat(line).startsWith(PROVENANCE + "\"_raw\":\"").endsWith("\"}\n").hasLineCount(1);
    JsonConverter json = new JsonConverter();
    json.configure(Map.of("schemas.enable", false), false);
    Map<?, ?> read = (Map<?, ?>) json.toConnectData("t", line.getBytes(UTF_8)).value();
    assertThat(read.get("_raw")).isEqualTo(text);
  }

  @Test
  void wrapsBytesAndNull() {
    assertThat(line("{\"é\":1}".getBytes(ISO_8859_1)))
        .isEqualTo(PROVENANCE + "\"_raw_base64\":\"eyLpIjoxfQ==\"}\n");
    assertThat(line(null)).isEqualTo(PROVENANCE + "\"_raw\":null}\n");
    assertThat(line("a\"b\n\u0001".getBytes(UTF_8)))
        .isEqualTo(PROVENANCE + "\"_raw\":\"a\\\"b\\n\\u0001\"}\n");
  }

  @Test
  void wrapsWhatIsNestedDeeperThanReadersGo() {
    String deep = "{\"a\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}";
    assertThat(line(deep.getBytes(UTF_8))).startsWith(PROVENANCE + "\"_raw\":\"{\\\"a\\\":[[[");
  }

  @Test
  void keepsTheTextOfStringConverter() {
    StringConverter converter = new StringConverter();
    converter.configure(Map.of(), false);
    var text = converter.toConnectData("t", "{\"a\":1.0,\"a\":1}".getBytes(UTF_8));
    assertThat(line(text.schema(), text.value())).isEqualTo(PROVENANCE + "\"a\":1.0,\"a\":1}\n");
  }

  @Test
  void printsWhatJsonConverterHasParsed() {
    JsonConverter converter = new JsonConverter();
    converter.configure(Map.of("schemas.enable", false), false);
    String[][] cases = {
      {
        "{\"a\": 1, \"b\": [true, null, \"x\\u00e9\", 1.50]}",
        "\"a\":1,\"b\":[true,null,\"xé\",1.5]}"
      },
      {"\"{\\\"index\\\": 1}\"", "\"_raw\":\"\\\"{\\\\\\\"index\\\\\\\": 1}\\\"\"}"},
      {"[1]", "\"_raw\":\"[1]\"}"},
      {"{}", "\"_raw\":\"{}\"}"},
      {"null", "\"_raw\":null}"},
    };
    for (String[] one : cases) {
      var value = converter.toConnectData("t", one[0].getBytes(UTF_8));
      assertThat(line(value.schema(), value.value())).isEqualTo(PROVENANCE + one[1] + "\n");
    }
  }

  @Test
  void printsStructs() {
    Schema inner = SchemaBuilder.struct().field("x", Schema.FLOAT64_SCHEMA).build();
    Schema schema =
        SchemaBuilder.struct()
            .field("n", Schema.INT8_SCHEMA)
            .field("price", Decimal.schema(2))
            .field("at", Timestamp.SCHEMA)
            .field("day", org.apache.kafka.connect.data.Date.SCHEMA)
            .field("bytes", Schema.BYTES_SCHEMA)
            .field("list", SchemaBuilder.array(inner).build())
            .field("none", Schema.OPTIONAL_STRING_SCHEMA)
            .build();
    Struct value =
        new Struct(schema)
            .put("n", (byte) 7)
            .put("price", new BigDecimal("12.50"))
            .put("at", new Date(1767225600000L))
            .put("day", new Date(86_400_000L * 3))
            .put("bytes", new byte[] {1, 2})
            .put("list", List.of(new Struct(inner).put("x", 0.5)));
    assertThat(line(schema, value))
        .isEqualTo(
            PROVENANCE
                + "\"n\":7,\"price\":12.50,\"at\":1767225600000,\"day\":3,\"bytes\":\"AQI=\","
                + "\"list\":[{\"x\":0.5}],\"none\":null}\n");
  }

  @Test
  void refusesWhatIsNotConnectsData() {
    assertThatThrownBy(() -> line(null, Map.of("a", new Object())))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("java.lang.Object");
  }

  @Test
  void namesTheLogsTopicAfterATransformHasRenamedIt() {
    SinkRecord renamed =
        record(null, null).newRecord("other", 5, null, null, null, Map.of("a", 1), 1767225600000L);
    assertThat(new String(RecordLine.of(renamed), UTF_8)).isEqualTo(PROVENANCE + "\"a\":1}\n");
  }

  private static String line(byte @Nullable [] value) {
    return line(Schema.OPTIONAL_BYTES_SCHEMA, value);
  }

  private static String line(@Nullable Schema schema, @Nullable Object value) {
    return new String(RecordLine.of(record(schema, value)), UTF_8);
  }

  private static SinkRecord record(@Nullable Schema schema, @Nullable Object value) {
    return new SinkRecord(
        "0e03d1c30c91.pin",
        0,
        null,
        null,
        schema,
        value,
        17,
        1767225600000L,
        TimestampType.CREATE_TIME);
  }
}
