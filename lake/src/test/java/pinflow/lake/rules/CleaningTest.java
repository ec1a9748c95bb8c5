package pinflow.lake.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pinflow.lake.TestSpark;

/** Every rule of facts/cleaning.md and every variant of facts/wire.md, by example. */
class CleaningTest {
  private static final StructType RECORDS =
      StructType.fromDDL(
          "raw STRING, _topic STRING, _partition INT, _offset BIGINT, _timestamp TIMESTAMP");

  private static final long GREATEST = Long.MAX_VALUE;

  /** Unicode's White_Space; Java's own idea of it lacks the no-break spaces. */
  private static final String WHITE =
      "\\t\\n\\u000b\\f\\r \\u0085\\u00a0\\u1680\\u2000\\u2007\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

  /** A record that breaks no rule, the JSON text of each field. */
  private static final Map<String, Map<String, String>> WHOLE =
      Map.of(
          "pin",
          fields(
              "index 7; unique_id \"u\"; title \"t\"; description \"d\"; follower_count \"1k\"; poster_name \"p\";"
                  + " tag_list \"a,b\"; is_image_or_video \"image\"; image_src \"s\"; downloaded 1;"
                  + " save_location \"Local save in /data/art\"; category \"art\""),
          "geo",
          fields(
              "ind 7; timestamp \"2020-08-28 03:52:47\"; latitude 10.5; longitude -20.25; country \"Chad\""),
          "user",
          fields(
              "ind 7; first_name \"Ann\"; last_name \"Lee\"; age 25; date_joined \"2015-12-31 23:59:59\""));

  private static Map<Case, Row> cleaned = Map.of();

  /**
   * @param raw the record as sent
   * @param column of which the cleaned value is expected; null if a broken rule is
   * @param expected the value, or the names of the rules
   */
  record Case(
      String table, @Nullable String raw, @Nullable String column, @Nullable Object expected) {
    @Override
    public String toString() {
      return raw + " -> " + (column == null ? "" : column + " ") + expected;
    }
  }

  /** The value of a field, and what is expected of the column. */
  private static Case kept(
      String table, String field, @Nullable String json, String column, @Nullable Object expected) {
    return new Case(table, record(table, field, json), column, expected);
  }

  private static Case broken(String table, String field, @Nullable String json, String rule) {
    return new Case(table, record(table, field, json), null, List.of(rule));
  }

  private static Stream<Case> broken(
      String table, String field, String rule, @Nullable String... json) {
    return Arrays.stream(json).map(text -> broken(table, field, text, rule));
  }

  static Stream<Case> ind() {
    return Stream.concat(
        Stream.of(
            kept("pin", "index", "0", "ind", 0L),
            kept("pin", "index", "\"12\"", "ind", 12L),
            kept("pin", "index", "\"007\"", "ind", 7L),
            kept("pin", "index", "5.0", "ind", 5L),
            kept("pin", "index", "1e3", "ind", 1000L),
            kept("pin", "index", "-0", "ind", 0L),
            kept("pin", "index", "9223372036854775807", "ind", GREATEST),
            kept("pin", "index", "\"9223372036854775807\"", "ind", GREATEST),
            kept("geo", "ind", "9223372036854775807.000", "ind", GREATEST),
            kept("user", "ind", "\"0\"", "ind", 0L),
            broken("pin", "index", null, "ind.invalid"),
            broken("geo", "ind", "-1", "ind.invalid"),
            broken("user", "ind", "\"-1\"", "ind.invalid")),
        broken(
            "pin",
            "index",
            "ind.invalid",
            "-1",
            "\"\"",
            "\" 7\"",
            "1.5",
            "\"5.0\"",
            "\"1e3\"",
            "null",
            "true",
            "[1]",
            "{\"a\":1}",
            "9223372036854775808",
            "\"9223372036854775808\"",
            "\"x\"",
            "\"\u0663\"",
            "1e400",
            "1e2147483647",
            "1e99999999999",
            "1e-99999999999"));
  }

  static Stream<Case> uniqueIdAndCategoryAndCountry() {
    return Stream.of(
            Stream.of(
                kept("pin", "unique_id", "\" U \"", "unique_id", " U "),
                kept("pin", "unique_id", "1.50", "unique_id", "1.50"),
                kept("pin", "category", "\" art\\u00a0\"", "category", " art\u00a0"),
                kept("geo", "country", "\"C\u00f4te d'Ivoire \"", "country", "C\u00f4te d'Ivoire "),
                kept("geo", "country", "\"\\u200b\"", "country", "\u200b")),
            broken(
                "pin", "unique_id", "unique_id.missing", null, "null", "\"\"", "\"" + WHITE + "\""),
            broken(
                "pin", "category", "category.missing", null, "null", "\"\"", "\"" + WHITE + "\""),
            broken("geo", "country", "country.missing", null, "null", "\"\"", "\"" + WHITE + "\""))
        .flatMap(cases -> cases);
  }

  static Stream<Case> followerCount() {
    Stream.Builder<Case> cases = Stream.builder();
    Map<String, @Nullable Long> read = new LinkedHashMap<>();
    read.put("\"0\"", 0L);
    read.put("\"940\"", 940L);
    read.put("940", 940L);
    read.put("12.0", 12L);
    read.put("\"12k\"", 12_000L);
    read.put("\"1.5k\"", 1_500L);
    read.put("\"1.5K\"", 1_500L);
    read.put("\"2M\"", 2_000_000L);
    read.put("\"2.5m\"", 2_500_000L);
    read.put("\"1B\"", 1_000_000_000L);
    read.put("\"0.000000001b\"", 1L);
    read.put("\"1,234\"", 1_234L);
    read.put("\"1,2,3\"", 123L);
    read.put("\"1,234.5k\"", 1_234_500L);
    read.put("\" 3k\\u00a0\\n\"", 3_000L);
    read.put("\"007\"", 7L);
    read.put("\"1.000\"", 1L);
    read.put("\"1.2340k\"", 1_234L);
    read.put("\"9223372036854775807\"", GREATEST);
    read.put("9223372036854775807", GREATEST);
    read.put("\"9223372036854775.807k\"", GREATEST);
    read.put("\"9223372036.854775807B\"", GREATEST);
    read.put("\"9,223,372,036,854,775,806\"", GREATEST - 1);
    read.put("\"" + "0".repeat(60) + "42." + "0".repeat(60) + "\"", 42L);
    read.put("\"User Info Error\"", null);
    read.put("\"\\u00a0User Info Error \"", null);
    read.put("\"\"", null);
    read.put("\"" + WHITE + "\"", null);
    read.put("null", null);
    read.forEach(
        (json, count) -> cases.add(kept("pin", "follower_count", json, "follower_count", count)));
    cases.add(kept("pin", "follower_count", null, "follower_count", null));
    broken(
            "pin",
            "follower_count",
            "follower_count.unreadable",
            "\"1.5 k\"",
            "\"3 k\"",
            "\"1.5\"",
            "1.5",
            "\"1.2345k\"",
            "-5",
            "\"-5\"",
            "\"+5\"",
            "\"abc\"",
            "\"k\"",
            "\"1kk\"",
            "\".5k\"",
            "\"5.\"",
            "\",5\"",
            "\"5,\"",
            "\"1,,2\"",
            "\"1.2.3\"",
            "\"1k followers\"",
            "\"10T\"",
            "\"1e3\"",
            "1e3",
            "\"NaN\"",
            "\"Infinity\"",
            "\"0x10\"",
            "\"1_000\"",
            "\"\\u0663\"",
            "\"user info error\"",
            "\"null\"",
            "true",
            "[]",
            "{}",
            "1e400",
            "\"9223372036854775808\"",
            "9223372036854775808",
            "\"9223372036854775.808k\"",
            "\"9.3e18\"",
            "\"9.223372036854775807B\"",
            "\"10000000000B\"",
            "\"" + "9".repeat(400) + "\"")
        .forEach(cases::add);
    return cases.build();
  }

  /** Placeholders go, each in its own column only; all other text stays byte for byte. */
  static Stream<Case> texts() {
    Stream.Builder<Case> cases = Stream.builder();
    Map<String, List<String>> placeholders =
        Map.of(
            "title",
            List.of("No Title Data Available"),
            "description",
            List.of(
                "No description available Story format", "No description available", "Untitled"),
            "poster_name",
            List.of("User Info Error"),
            "tag_list",
            List.of("N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e"),
            "image_src",
            List.of("Image src error."));
    placeholders.forEach(
        (column, texts) -> {
          for (String text : texts) {
            cases.add(kept("pin", column, "\"" + text + "\"", column, null));
            cases.add(kept("pin", column, "\"\\u00a0" + text + "\\n\"", column, null));
            cases.add(kept("pin", column, "\"" + text + "!\"", column, text + "!"));
            String lower = text.toLowerCase(Locale.ROOT);
            cases.add(kept("pin", column, "\"" + lower + "\"", column, lower));
            cases.add(
                kept("pin", "is_image_or_video", "\"" + text + "\"", "is_image_or_video", text));
          }
          String nasty = " a\\\"b\\\\c\\n\\t\\u0000\\u05e9 \\ud83c\\udfa8\\u200b\\u00a0\u2026 ";
          cases.add(
              kept(
                  "pin",
                  column,
                  "\"" + nasty + "\"",
                  column,
                  " a\"b\\c\n\t\0\u05e9 \ud83c\udfa8\u200b\u00a0\u2026 "));
          cases.add(kept("pin", column, "null", column, null));
          cases.add(kept("pin", column, null, column, null));
          cases.add(kept("pin", column, "\"\"", column, null));
          cases.add(kept("pin", column, "\"" + WHITE + "\"", column, null));
          cases.add(kept("pin", column, "true", column, "true"));
          cases.add(kept("pin", column, "1.50", column, "1.50"));
          cases.add(kept("pin", column, "[1, {\"a\" :2}]", column, "[1, {\"a\" :2}]"));
        });
    cases.add(kept("pin", "title", "\"Untitled\"", "title", "Untitled"));
    cases.add(kept("pin", "is_image_or_video", "\"\"", "is_image_or_video", ""));
    cases.add(kept("pin", "is_image_or_video", "null", "is_image_or_video", null));
    String place = "save_location";
    cases.add(kept("pin", place, "\"Local save in /data/art\"", place, "/data/art"));
    cases.add(kept("pin", place, "\"Local save in Local save in /x\"", place, "Local save in /x"));
    cases.add(kept("pin", place, "\" Local save in /x\"", place, " Local save in /x"));
    cases.add(kept("pin", place, "\"/x/Local save in \"", place, "/x/Local save in "));
    cases.add(kept("pin", place, "\"Local save in \"", place, ""));
    cases.add(kept("pin", place, "null", place, null));
    return cases.build();
  }

  static Stream<Case> coordinates() {
    return Stream.concat(
        Stream.of(
            kept("geo", "latitude", "90", "coordinates", List.of(90.0, -20.25)),
            kept("geo", "latitude", "-90.0", "coordinates", List.of(-90.0, -20.25)),
            kept("geo", "longitude", "180", "coordinates", List.of(10.5, 180.0)),
            kept("geo", "longitude", "\"-180\"", "coordinates", List.of(10.5, -180.0)),
            kept("geo", "latitude", "\"-12.5\"", "coordinates", List.of(-12.5, -20.25)),
            kept("geo", "latitude", "8.9E+1", "coordinates", List.of(89.0, -20.25)),
            kept("geo", "latitude", "1e-400", "coordinates", List.of(0.0, -20.25)),
            kept("geo", "latitude", "-0.0", "coordinates", List.of(0.0, -20.25)),
            kept(
                "geo",
                "longitude",
                "0.30000000000000004",
                "coordinates",
                List.of(10.5, 0.1 + 0.2))),
        Stream.concat(
            broken(
                "geo", "longitude", "coordinates.invalid", "180.0001", "-180.0001", null, "null"),
            broken(
                "geo",
                "latitude",
                "coordinates.invalid",
                "90.0000001",
                "-90.0000001",
                null,
                "null",
                "\"\"",
                "\"NaN\"",
                "\"Infinity\"",
                "\"-Infinity\"",
                "1e400",
                "-1e400",
                "\"1e400\"",
                "true",
                "[10.5]",
                "\"10,5\"",
                "\"10.5d\"",
                "\" 10.5\"",
                "\"+10.5\"",
                "\"10.\"",
                "\"0x1p3\"",
                "\"ten\"")));
  }

  static Stream<Case> times() {
    Map<String, String> read = new LinkedHashMap<>();
    read.put("2020-08-28 03:52:47", "2020-08-28T03:52:47Z");
    read.put("2020-08-28T03:52:47", "2020-08-28T03:52:47Z");
    read.put("08/28/2020, 03:52:47", "2020-08-28T03:52:47Z");
    read.put("2020:08:28 03:52:47", "2020-08-28T03:52:47Z");
    read.put("2020-08-28T03:52:47Z", "2020-08-28T03:52:47Z");
    read.put("2020-08-28T03:52:47.5", "2020-08-28T03:52:47.500Z");
    read.put("2020-08-28T03:52:47.123456Z", "2020-08-28T03:52:47.123456Z");
    read.put("2020-08-28T03:52:47.123456000", "2020-08-28T03:52:47.123456Z");
    read.put("2020-08-28T05:52:47+02:00", "2020-08-28T03:52:47Z");
    read.put("2020-08-28T05:52:47+02", "2020-08-28T03:52:47Z");
    read.put("2020-08-27T23:22:47.25-04:30", "2020-08-28T03:52:47.250Z");
    read.put("2020-08-28T03:52:47-00:00", "2020-08-28T03:52:47Z");
    read.put("2018-01-01T18:00:00+18:00", "2018-01-01T00:00:00Z");
    read.put("2020-02-29 23:59:59", "2020-02-29T23:59:59Z");
    read.put("2020-03-29 02:30:00", "2020-03-29T02:30:00Z");
    read.put("0001-01-01 00:00:00", "0001-01-01T00:00:00Z");
    read.put("1582-10-10 00:00:00", "1582-10-10T00:00:00Z");
    read.put("9999-12-31T23:59:59.999999", "9999-12-31T23:59:59.999999Z");
    String[] unreadable = {
      "2021-02-30 00:00:00",
      "2021-02-30T00:00:00Z",
      "02/30/2021, 00:00:00",
      "2021:02:30 00:00:00",
      "2021-02-29T12:00:00",
      "1900-02-29 00:00:00",
      "28/08/2020, 03:52:47",
      "08/28/2020 03:52:47",
      "2020-8-28 03:52:47",
      "2020-08-28 3:52:47",
      "2020-08-28 24:00:00",
      "2020-08-28 03:60:00",
      "2020-08-28T03:52:60Z",
      "2020-13-01 00:00:00",
      "2020-00-10 00:00:00",
      "2020-08-28",
      "03:52:47",
      "2020-08-28 03:52",
      "2020-08-28 03:52:47.5",
      "2020-08-28 03:52:47Z",
      "2020-08-28t03:52:47z",
      "2020-08-28T03:52:47.",
      "2020-08-28T03:52:47.1234567",
      "2020-08-28T03:52:47+0200",
      "2020-08-28T03:52:47+2:00",
      "2020-08-28T03:52:47+19:00",
      "2020-08-28T03:52:47+02:60",
      "2020-08-28T03:52:47 UTC",
      "2020-08-28T03:52:47[Europe/Berlin]",
      "20200828T035247Z",
      "0000-01-01 00:00:00",
      "0001-01-01T00:00:00+01:00",
      "9999-12-31T23:59:59-01:00",
      "-2020-08-28T03:52:47",
      " 2020-08-28 03:52:47",
      "2020-08-28 03:52:47\\n",
      "",
      " ",
      "now",
      "today",
      "epoch",
      "yesterday",
      "1598586767",
      "08/28/2020, 3:52:47 PM",
      "Fri, 28 Aug 2020 03:52:47 GMT",
      "\u0662\u0660\u0662\u0660-08-28 03:52:47"
    };
    Stream.Builder<Case> cases = Stream.builder();
    read.forEach(
        (text, time) -> {
          Instant at = Instant.parse(time);
          cases.add(kept("geo", "timestamp", "\"" + text + "\"", "timestamp", at));
          cases.add(kept("user", "date_joined", "\"" + text + "\"", "date_joined", at));
        });
    for (String text : unreadable) {
      cases.add(broken("geo", "timestamp", "\"" + text + "\"", "timestamp.unreadable"));
      cases.add(broken("user", "date_joined", "\"" + text + "\"", "date_joined.unreadable"));
    }
    broken(
            "geo",
            "timestamp",
            "timestamp.unreadable",
            null,
            "null",
            "1598586767",
            "true",
            "[2020,8,28]")
        .forEach(cases::add);
    cases.add(broken("user", "date_joined", null, "date_joined.unreadable"));
    return cases.build();
  }

  static Stream<Case> userName() {
    return Stream.of(
        name("\"Ann\"", "\"Lee\"", "Ann Lee"),
        name("\" Ann \"", "\"Lee\\u00a0\"", " Ann  Lee\u00a0"),
        name("\"Ann\"", "\"\"", "Ann"),
        name("\"Ann\"", null, "Ann"),
        name("\"" + WHITE + "\"", "\"Lee\"", "Lee"),
        name("null", "\" Lee\"", " Lee"),
        name("\"null\"", "\"Lee\"", "null Lee"),
        name("\"\"", "\"" + WHITE + "\"", null),
        name("null", null, null));
  }

  private static Case name(
      @Nullable String first, @Nullable String last, @Nullable String expected) {
    String raw = record("user", Map.of("first_name", option(first), "last_name", option(last)));
    return expected == null
        ? new Case("user", raw, null, List.of("user_name.missing"))
        : new Case("user", raw, "user_name", expected);
  }

  static Stream<Case> age() {
    return Stream.concat(
        Stream.of(
            kept("user", "age", "0", "age", 0),
            kept("user", "age", "130", "age", 130),
            kept("user", "age", "\"25\"", "age", 25),
            kept("user", "age", "25.0", "age", 25),
            kept("user", "age", "2.5e1", "age", 25),
            kept("user", "age", "null", "age", null),
            kept("user", "age", null, "age", null)),
        broken(
            "user",
            "age",
            "age.invalid",
            "131",
            "-1",
            "25.5",
            "2.55e1",
            "\"131\"",
            "\"-1\"",
            "\"25.0\"",
            "\"\"",
            "\" \"",
            "\" 25\"",
            "\"NaN\"",
            "\"abc\"",
            "true",
            "[25]",
            "{}",
            "4294967321",
            "1e400",
            "99999999999999999999"));
  }

  /** Records as a whole: how they are wrapped, and which field a name means. */
  static Stream<Case> records() {
    String user = "\"first_name\":\"A\",\"date_joined\":\"2020-08-28 03:52:47\"";
    String whole = "{\"ind\":1," + user + "}";
    String once = quoted(whole);
    Stream.Builder<Case> cases = Stream.builder();
    for (String read :
        List.of(whole, once, quoted(once), " \n" + whole + "\t", quoted(" " + whole))) {
      cases.add(new Case("user", read, "ind", 1L));
    }
    cases.add(
        new Case(
            "user",
            "{\"extra\":{\"ind\":[9,{\"ind\":8}]},\"ind\":2,\"more\":null," + user + "}",
            "ind",
            2L));
    for (String names : List.of("\"index\":\"3\"", "\"INDEX\":3", "\"Ind\":3", "\"IND\":\"03\"")) {
      cases.add(new Case("user", "{" + user + "," + names + "}", "ind", 3L));
    }
    // An exact name before one in other case, wherever it stands; of repeated names the last.
    for (String names :
        List.of(
            "\"IND\":5,\"ind\":4",
            "\"ind\":4,\"IND\":5",
            "\"Index\":5,\"index\":4,\"IND\":6",
            "\"ind\":5,\"ind\":4",
            "\"index\":5,\"ind\":4",
            "\"ind\":5,\"index\":4",
            "\"Ind\":5,\"IND\":4")) {
      cases.add(new Case("user", "{" + user + "," + names + "}", "ind", 4L));
    }
    cases.add(
        new Case("user", "{\"ind\":1,\"ind\":null," + user + "}", null, List.of("ind.invalid")));
    for (String other :
        Arrays.asList(
            null,
            "",
            " ",
            "hello",
            "5",
            "true",
            "null",
            "[]",
            "[{\"ind\":1}]",
            "\"\"",
            "\"null\"",
            "\"[1]\"",
            quoted(quoted(once)),
            whole + "x",
            whole + whole,
            "{\"ind\":1",
            "{ind:1}",
            "{'ind':1}",
            "{\"ind\":1,}",
            "{\"ind\":NaN}",
            "{\"ind\":01}",
            "\ufeff" + whole,
            "base64:eyJpbmQiOjF9",
            // Half of a surrogate pair is in no UTF-8 text.
            "{\"ind\":1,\"last_name\":\"\\ud83c\"," + user + "}")) {
      cases.add(new Case("user", other, null, List.of("record.not-an-object")));
    }
    cases.add(
        new Case(
            "pin", "{}", null, List.of("ind.invalid", "unique_id.missing", "category.missing")));
    cases.add(
        new Case(
            "pin",
            "{\"index\":-1,\"unique_id\":\" \",\"follower_count\":\"x\",\"category\":\"\"}",
            null,
            List.of(
                "ind.invalid",
                "unique_id.missing",
                "follower_count.unreadable",
                "category.missing")));
    cases.add(
        new Case(
            "geo",
            "{\"latitude\":1}",
            null,
            List.of(
                "ind.invalid", "country.missing", "coordinates.invalid", "timestamp.unreadable")));
    cases.add(
        new Case(
            "user",
            "{\"age\":\"old\"}",
            null,
            List.of("ind.invalid", "user_name.missing", "age.invalid", "date_joined.unreadable")));
    return cases.build();
  }

  /** One pass over all cases: a job of Spark's for each would take a minute. */
  @BeforeAll
  static void clean() {
    List<Case> cases =
        Stream.of(
                ind(),
                uniqueIdAndCategoryAndCountry(),
                followerCount(),
                texts(),
                coordinates(),
                times(),
                userName(),
                age(),
                records())
            .flatMap(c -> c)
            .toList();
    cleaned = clean(cases);
  }

  private static Map<Case, Row> clean(List<Case> cases) {
    List<Row> records = new ArrayList<>();
    for (Case one : cases) {
      records.add(
          RowFactory.create(
              one.raw(), "id." + one.table(), 3, (long) records.size(), Instant.EPOCH));
    }
    Map<Case, Row> byCase = new HashMap<>();
    Cleaning.clean(TestSpark.session().createDataFrame(records, RECORDS))
        .collectAsList()
        .forEach(
            row -> {
              Case one = cases.get((int) row.<Long>getAs("_offset").longValue());
              byCase.put(one, row);
            });
    return byCase;
  }

  @ParameterizedTest
  @MethodSource({
    "ind",
    "uniqueIdAndCategoryAndCountry",
    "followerCount",
    "texts",
    "coordinates",
    "times",
    "userName",
    "age",
    "records"
  })
  void isCleanedAsTheRulesSay(Case one) {
    Row row = Objects.requireNonNull(cleaned.get(one));
    assertThat(row.<Integer>getAs("_partition")).isEqualTo(3);
    List<String> rules = row.getList(row.fieldIndex("rules"));
    Row struct = row.getAs(one.table());
    if (one.column() == null) {
      assertThat(rules).isEqualTo(one.expected());
      assertThat(row.<String>getAs("raw")).isEqualTo(one.raw());
      assertThat(struct).isNull();
      assertThat(row.<byte[]>getAs("content")).isNull();
    } else {
      assertThat(rules).isEmpty();
      assertThat(row.<String>getAs("raw")).isNull();
      Object value = struct.getAs(one.column());
      assertThat(
              value instanceof scala.collection.Seq<?>
                  ? struct.getList(struct.fieldIndex(one.column()))
                  : value)
          .isEqualTo(one.expected());
      assertThat(row.<byte[]>getAs("content")).hasSize(32);
    }
  }

  @Test
  void theColumnsAreThoseOfTheFactsInTheirOrder() {
    Map<Case, Row> rows =
        clean(
            WHOLE.keySet().stream()
                .map(t -> new Case(t, record(t, Map.of()), null, null))
                .toList());

    Map<String, String> columns =
        rows.values().stream()
            .collect(
                Collectors.toMap(
                    row -> row.<String>getAs("table"),
                    row ->
                        row.<Row>getAs(row.<String>getAs("table")).schema().asNullable().toDDL()));
    assertThat(columns)
        .isEqualTo(
            Map.of(
                "pin",
                "ind BIGINT,unique_id STRING,title STRING,description STRING,follower_count BIGINT,"
                    + "poster_name STRING,tag_list STRING,is_image_or_video STRING,image_src STRING,"
                    + "save_location STRING,category STRING",
                "geo",
                "ind BIGINT,country STRING,coordinates ARRAY<DOUBLE>,timestamp TIMESTAMP",
                "user",
                "ind BIGINT,user_name STRING,age INT,date_joined TIMESTAMP"));
  }

  /** Repeats are told by the cleaned content: in each line, all are the same; no two lines are. */
  @Test
  void equalContentIsThatWhichIsEqualWhenCleaned() {
    List<List<Case>> contents =
        List.of(
            same("pin", "follower_count", "\"1k\"", "\"1,000\"", "1000", "\"1000.0\"", "\" 1K\""),
            same("pin", "title", "null", "\"\"", "\"No Title Data Available\"", null),
            same("pin", "title", "\"N\""),
            same("pin", "title", "\"t\\u00a0\""),
            same("pin", "title", "\"\\u05e9\"", "\"\u05e9\""),
            same("pin", "title", "\"t1:d\""),
            same("pin", "save_location", "\"/data/artist\"", "\"Local save in /data/artist\""),
            same("geo", "latitude", "10.50", "\"10.5\"", "1.05e1"),
            same("geo", "latitude", "10.500000000000002"),
            same("geo", "latitude", "0", "-0.0", "\"-0\""),
            same(
                "geo", "timestamp", "\"2020-08-28T03:52:48\"", "\"2020-08-28T05:52:48.000+02:00\""),
            same("geo", "timestamp", "\"2020-08-28T03:52:48.000001\""),
            same("user", "age", "26", "\"26\"", "26.0"),
            same("user", "age", "null", null),
            same("user", "ind", "8", "\"08\"", "8.0"));
    Map<Case, Row> rows = clean(contents.stream().flatMap(List::stream).toList());

    List<List<String>> hashes =
        contents.stream()
            .map(
                cases ->
                    cases.stream()
                        .map(
                            one ->
                                Arrays.toString(
                                    Objects.requireNonNull(rows.get(one)).<byte[]>getAs("content")))
                        .distinct()
                        .toList())
            .toList();
    assertThat(hashes).allSatisfy(line -> assertThat(line).hasSize(1)).doesNotHaveDuplicates();
  }

  private static List<Case> same(String table, String field, @Nullable String... json) {
    return Arrays.stream(json).map(text -> kept(table, field, text, field, null)).toList();
  }

  private static String quoted(String json) {
    return "\"" + json.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
  }

  private static Map<String, String> fields(String text) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String field : text.split("; ")) {
      fields.put(field.substring(0, field.indexOf(' ')), field.substring(field.indexOf(' ') + 1));
    }
    return fields;
  }

  private static String record(String table, String field, @Nullable String json) {
    return record(table, Map.of(field, option(json)));
  }

  private static Optional<String> option(@Nullable String json) {
    return Optional.ofNullable(json);
  }

  /** The whole record with some fields changed, or left out. */
  private static String record(String table, Map<String, Optional<String>> changes) {
    Map<String, String> record = new LinkedHashMap<>(Objects.requireNonNull(WHOLE.get(table)));
    changes.forEach(
        (field, json) ->
            json.ifPresentOrElse(text -> record.put(field, text), () -> record.remove(field)));
    return record.entrySet().stream()
        .map(field -> "\"" + field.getKey() + "\":" + field.getValue())
        .collect(Collectors.joining(",", "{", "}"));
  }

  @Test
  void theRulesAreThoseOfTheContract() throws IOException {
    Map<String, List<String>> names = new HashMap<>();
    for (TableRules table : TableRules.ALL) {
      List<String> rules = new ArrayList<>(List.of(Cleaning.NOT_AN_OBJECT));
      table.rules().forEach(rule -> rules.add(rule.name()));
      names.put(table.table(), rules);
    }
    assertThat(
            new ObjectMapper()
                .readValue(
                    CleaningTest.class.getResource("/pinflow/contracts/rules.json"),
                    new TypeReference<Map<String, List<String>>>() {}))
        .isEqualTo(names);
  }
}
