package pinflow.lake.kinesis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.Serializable;
import java.text.ParsePosition;
import java.text.SimpleDateFormat;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Date;
import java.util.Locale;

/** Where a query without a checkpoint begins to read; later its checkpoint tells. */
sealed interface InitialPosition extends Serializable {
  /** At the oldest record that the stream still has. */
  record Earliest() implements InitialPosition {}

  /** At what is put from now on. */
  record Latest() implements InitialPosition {}

  /** At what arrived then or later. */
  record AtTimestamp(Instant timestamp) implements InitialPosition {}

  /**
   * @param text {@code latest}; {@code trim_horizon} or {@code earliest}; or {@code
   *     {"at_timestamp":"06/25/2020 10:23:45 PDT","format":"MM/dd/yyyy HH:mm:ss ZZZ"}}, the format
   *     as {@link SimpleDateFormat} has it; without one the time is ISO-8601 with an offset
   * @throws IllegalArgumentException when it is none of these; the message says what would be right
   */
  static InitialPosition parse(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "latest" -> new Latest();
      case "trim_horizon", "earliest" -> new Earliest();
      default -> new AtTimestamp(timestamp(text));
    };
  }

  private static Instant timestamp(String text) {
    JsonNode json;
    try {
      json = new JsonMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw wrong(e);
    }
    JsonNode time = json.path("at_timestamp");
    if (!time.isTextual()) {
      throw wrong(null);
    }
    JsonNode format = json.path("format");
    try {
      return format.isTextual()
          ? parse(time.asText(), format.asText())
          : OffsetDateTime.parse(time.asText()).toInstant();
    } catch (DateTimeException | IllegalArgumentException e) {
      throw wrong(e);
    }
  }

  private static Instant parse(String time, String format) {
    SimpleDateFormat parser = new SimpleDateFormat(format, Locale.US);
    parser.setLenient(false);
    ParsePosition end = new ParsePosition(0);
    Date date = parser.parse(time, end);
    if (date == null || end.getIndex() < time.length()) {
      throw new IllegalArgumentException(time + " does not have the format " + format);
    }
    return date.toInstant();
  }

  private static IllegalArgumentException wrong(
      @org.jspecify.annotations.Nullable Exception cause) {
    return new IllegalArgumentException(
        "latest, trim_horizon, earliest, or a time such as {\"at_timestamp\":\"2026-01-31T12:00:00Z\"} or"
            + " {\"at_timestamp\":\"06/25/2020 10:23:45 PDT\",\"format\":\"MM/dd/yyyy HH:mm:ss ZZZ\"}",
        cause);
  }
}
