package pinflow.gateway.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pinflow.gateway.kafka.MediaTypes.Format;
import pinflow.gateway.log.LogRecord;

class ProduceBodyTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "17",
        "-0.0",
        "1.50E+04",
        "12345678901234567890123456789012345678901234567890.000",
        "true",
        "\"\"",
        "\"a\\u00e9\\/\\n\\ud83d\\ude00\"",
        "\"נמל “…” 😀 \u00a0\"",
        "{}",
        "[ ]",
        "{ \"b\" :1,\n\t\"a\":[1, {\"a\":null}] , \"b\": \"}]\\\"\" }",
        "\"{\\\"index\\\":1}\"",
      })
  void aValueIsItsOwnText(String text) {
    for (String space : new String[] {"", " ", "\r\n\t "}) {
      for (String mark : new String[] {"", "\ufeff"}) {
        String body =
            mark
                + "{\"records\":[{\"value\":"
                + space
                + text
                + space
                + ",\"key\":"
                + text
                + "},{\"value\":"
                + text
                + "}]}"
                + space;
        assertThat(parse(body)).extracting(r -> text(r.value())).containsExactly(text, text);
        assertThat(text(parse(body).get(0).key())).isEqualTo(text);
      }
    }
  }

  @Test
  void anyTextsAreCutWhereTheyEnd() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 2_000; i++) {
      String key = randomJson(random, 2);
      String value = randomJson(random, 4);
      List<LogRecord> records =
          parse("{\"records\":[{\"key\":" + key + ",\"partition\":3,\"value\":" + value + " }]}");
      assertThat(text(records.get(0).key())).isEqualTo(key.equals("null") ? null : key);
      assertThat(text(records.get(0).value())).isEqualTo(value.equals("null") ? null : value);
      assertThat(records.get(0).partition()).isEqualTo(3);
    }
  }

  private static String randomJson(SplittableRandom random, int depth) {
    StringBuilder text = new StringBuilder();
    switch (random.nextInt(depth == 0 ? 4 : 6)) {
      case 0 -> text.append(random.nextLong());
      case 1 -> text.append(random.nextBoolean() ? "null" : "false");
      case 2 -> text.append(random.nextDouble());
      case 3 ->
          text.append('"')
              .append(random.nextBoolean() ? "é😀\\\\" : "\\\"}")
              .append("x".repeat(random.nextInt(40)))
              .append('"');
      case 4 -> {
        text.append('[');
        for (int i = random.nextInt(3); i >= 0; i--) {
          text.append(randomJson(random, depth - 1)).append(i == 0 ? "" : " , ");
        }
        text.append(']');
      }
      default -> text.append("{\"k\\u0041\":").append(randomJson(random, depth - 1)).append('}');
    }
    return text.toString();
  }

  @Test
  void aBodyThatIsNotUtf8IsRefused() {
    String body = "{\"records\":[{\"value\":\"é\"}]}";
    for (String charset : new String[] {"ISO-8859-1", "UTF-16LE", "UTF-16BE", "UTF-32"}) {
      byte[] bytes = body.getBytes(Charset.forName(charset));
      assertThatThrownBy(() -> ProduceBody.parse(bytes, Format.JSON, null, 10))
          .as(charset)
          .isInstanceOf(KafkaRestException.class)
          .hasMessageContaining("not UTF-8");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"records\":[{\"value\":1}",
        "{\"records\":[{\"value\":01}]}",
        "{\"records\":[{\"value\":NaN}]}",
        "{\"records\":[{\"value\":'a'}]}",
        "{\"records\":[{\"value\":\"a\\x\"}]}",
        "{\"records\":[{\"value\":\"a\nb\"}]}",
        "{\"records\":[{\"value\":{\"a\":1,}}]}",
        "{\"records\":[{\"value\":1},]}",
        "{\"records\":[{\"value\":1 2}]}",
        "{\"records\":[{\"value\":1}]}{}",
        "{\"records\":{}}",
        "{\"records\":[1]}",
        "{\"records\":[{\"value\":1,\"headers\":[]}]}",
        "{\"records\":[{\"value\":1,\"partition\":1.5}]}",
        "{\"records\":[{\"value\":1,\"partition\":99999999999}]}",
      })
  void whatIsNotARequestIsRefused(String body) {
    assertThatThrownBy(() -> parse(body))
        .isInstanceOfSatisfying(
            KafkaRestException.class,
            e -> assertThat(e.error()).isEqualTo(KafkaRestError.BAD_REQUEST));
  }

  @Test
  void nestingIsBounded() {
    assertThatThrownBy(
            () ->
                parse(
                    "{\"records\":[{\"value\":"
                        + "[".repeat(100_000)
                        + "]".repeat(100_000)
                        + "}]}"))
        .isInstanceOf(KafkaRestException.class)
        .hasMessageContaining("nesting");
  }

  @Test
  void namesAreNotKept() {
    long before = usedMemory();
    for (int i = 0; i < 20; i++) {
      parse("{\"records\":[{\"value\":{\"" + i + "x".repeat(4_000_000) + "\":1}}]}");
    }
    assertThat(usedMemory() - before).isLessThan(20L * 4_000_000 / 2);
  }

  private static long usedMemory() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void recordsAreBounded() {
    assertThatThrownBy(() -> parse("{\"records\":[" + "{},".repeat(10) + "{}]}"))
        .isInstanceOfSatisfying(
            KafkaRestException.class,
            e -> assertThat(e.error()).isEqualTo(KafkaRestError.TOO_LARGE));
  }

  private static List<LogRecord> parse(String body) {
    return ProduceBody.parse(body.getBytes(UTF_8), Format.JSON, null, 10);
  }

  private static @Nullable String text(byte @Nullable [] bytes) {
    return bytes == null ? null : new String(bytes, UTF_8);
  }
}
