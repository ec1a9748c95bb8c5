package pinflow.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is expected of the tables after each run; one of {@code notNull}, {@code between}, {@code
 * indIn} and {@code quarantinedShareBelow}.
 *
 * @param table {@code pin}, {@code geo} or {@code user}
 * @param between least and greatest value of a column of numbers; rows without one are passed over
 * @param indIn another table that has a row of each {@code ind} of this
 * @param quarantinedShareBelow of all events, such as {@code 5%}
 * @param onFailure what a broken one does: {@code flag} if it is not said
 */
record Expectation(
    @Nullable String table,
    @Nullable String column,
    @Nullable Boolean notNull,
    @Nullable List<BigDecimal> between,
    @Nullable String indIn,
    @Nullable String quarantinedShareBelow,
    @Nullable OnFailure onFailure) {
  /** As they stand in {@code pinflow.yaml}. */
  static final List<String> KEYS =
      Arrays.stream(Expectation.class.getRecordComponents())
          .map(component -> ConfigFile.kebab(component.getName()))
          .toList();

  private static final List<String> NUMBERS = List.of("BIGINT", "INT", "DOUBLE");

  /** Their columns' types, by table and name (contracts/tables.json). */
  private static final Map<String, Map<String, String>> COLUMNS = columns();

  /** What a broken expectation does. */
  enum OnFailure {
    /** Is shown. */
    @JsonProperty("flag")
    FLAG,
    /** Ends the run with exit code 1; the data are kept. */
    @JsonProperty("fail")
    FAIL
  }

  Expectation {
    long kinds =
        Stream.of(notNull, between, indIn, quarantinedShareBelow).filter(Objects::nonNull).count();
    require(
        kinds == 1,
        "expectations: an entry has one of not-null, between, ind-in and quarantined-share-below, this one has %d",
        kinds);
    if (quarantinedShareBelow != null) {
      require(table == null, "table is %s; quarantined-share-below is of all tables", table);
      require(
          isShare(quarantinedShareBelow),
          "quarantined-share-below is %s; it is a part of all events over 0%% and up to 100%%, such as 5%%",
          quarantinedShareBelow);
    } else {
      requireTable("table", table);
    }
    if (notNull == null && between == null) {
      require(column == null, "column is %s; only not-null and between are of a column", column);
    } else {
      Map<String, String> known = COLUMNS.getOrDefault(table, Map.of());
      require(
          column != null && known.containsKey(column),
          "column is %s; table %s has %s",
          column,
          table,
          String.join(", ", known.keySet()));
      require(!Boolean.FALSE.equals(notNull), "not-null is %s; leave the entry out", notNull);
      require(
          between == null || NUMBERS.contains(known.get(column)),
          "between is of numbers, and column %s is a %s",
          column,
          known.get(column));
    }
    if (between != null) {
      boolean isRange =
          between.size() == 2
              && between.stream().allMatch(Objects::nonNull)
              && between.get(0).compareTo(between.get(1)) <= 0;
      require(
          isRange, "between is %s; it is the least and the greatest number, [13, 120]", between);
    }
    if (indIn != null) {
      requireTable("ind-in", indIn);
      require(!indIn.equals(table), "ind-in is %s, the table itself; name another", indIn);
    }
  }

  private static void requireTable(String key, @Nullable String table) {
    require(
        table != null && COLUMNS.containsKey(table),
        "%s is %s; it must be one of %s",
        key,
        table,
        String.join(", ", COLUMNS.keySet()));
  }

  private static boolean isShare(String text) {
    return text.matches("\\d{1,3}(\\.\\d{1,9})?%")
        && percent(text).signum() > 0
        && percent(text).compareTo(BigDecimal.valueOf(100)) <= 0;
  }

  private static BigDecimal percent(String share) {
    return new BigDecimal(share.substring(0, share.length() - 1));
  }

  private static void require(boolean holds, String message, @Nullable Object... values) {
    if (!holds) {
      throw new IllegalArgumentException(message.formatted(values));
    }
  }

  /** As the lake's process takes it (contracts/lake-job.md). */
  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (notNull != null) {
      json.put("kind", "not-null").put("table", table).put("column", column);
    } else if (between != null) {
      json.put("kind", "between").put("table", table).put("column", column);
      json.put("least", between.get(0)).put("most", between.get(1));
    } else if (indIn != null) {
      json.put("kind", "ind-in").put("table", table).put("other", indIn);
    } else if (quarantinedShareBelow != null) {
      json.put("kind", "quarantined-share-below").put("percent", percent(quarantinedShareBelow));
    }
    OnFailure does = onFailure == null ? OnFailure.FLAG : onFailure;
    return json.put("onFailure", does.name().toLowerCase(Locale.ROOT));
  }

  private static Map<String, Map<String, String>> columns() {
    try (InputStream json =
        Expectation.class.getResourceAsStream("/pinflow/contracts/tables.json")) {
      Map<String, List<String>> tables = Grid.JSON.readValue(json, new TypeReference<>() {});
      Map<String, Map<String, String>> columns = new LinkedHashMap<>();
      for (String table : PinflowConfig.TABLES) {
        Map<String, String> types = new LinkedHashMap<>();
        for (String column : tables.getOrDefault(table, List.of())) {
          types.put(column.split(" ", 2)[0], column.split(" ", 2)[1]);
        }
        columns.put(table, types);
      }
      return columns;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
