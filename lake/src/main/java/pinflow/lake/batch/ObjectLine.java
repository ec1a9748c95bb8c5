package pinflow.lake.batch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A line of an object, as contracts/objects.md has it.
 *
 * @param timestamp the record's, in milliseconds since 1970
 * @param raw the value as it was sent; {@code base64:…} where it is not UTF-8; null where it is
 *     null
 */
record ObjectLine(String topic, int partition, long offset, long timestamp, @Nullable String raw) {
  private static final Pattern PROVENANCE =
      Pattern.compile(
          "\\{\"_topic\":\"([^\"]+)\",\"_partition\":(\\d{1,9}),\"_offset\":(\\d{1,18}),"
              + "\"_timestamp\":(-?\\d{1,18}),");
  private static final String WRAPPED = "\"_raw\":";
  private static final String BASE64 = "\"_raw_base64\":\"";
  private static final String END = "\"}";

  private static final JsonMapper JSON =
      new JsonMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
              .build());

  /**
   * @throws IllegalArgumentException for any other text
   */
  static ObjectLine parse(String line) {
    Matcher provenance = PROVENANCE.matcher(line);
    if (!provenance.lookingAt()) {
      throw new IllegalArgumentException("it does not begin with the provenance");
    }
    return new ObjectLine(
        provenance.group(1),
        Integer.parseInt(provenance.group(2)),
        Long.parseLong(provenance.group(3)),
        Long.parseLong(provenance.group(4)),
        raw(line.substring(provenance.end())));
  }

  private static @Nullable String raw(String rest) {
    if (rest.startsWith(WRAPPED)) {
      return unwrapped(rest.substring(WRAPPED.length(), rest.length() - 1));
    }
    if (rest.startsWith(BASE64) && rest.endsWith(END)) {
      return "base64:" + rest.substring(BASE64.length(), rest.length() - END.length());
    }
    return "{" + rest;
  }

  private static @Nullable String unwrapped(String json) {
    try {
      return JSON.readValue(json, String.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("its _raw is not a JSON string", e);
    }
  }
}
