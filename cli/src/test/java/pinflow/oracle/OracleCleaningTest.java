package pinflow.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every figure here was reckoned by hand from {@link NastySet} and the facts, not taken from a run.
 */
class OracleCleaningTest {

  @TempDir static Path folder;

  private static Oracle nasty;
  private static Oracle wire;

  @BeforeAll
  static void load() {
    NastySet.write(folder.resolve("nasty"));
    NastySet.writeWire(folder.resolve("wire"));
    nasty = Oracle.of(folder.resolve("nasty"));
    wire = Oracle.of(folder.resolve("wire"));
  }

  @AfterAll
  static void close() {
    nasty.close();
    wire.close();
  }

  @Test
  void everyEventHasOneOutcome() {
    assertThat(nasty.outcomes())
        .isEqualTo(
            Map.of(
                "pin", outcomes(167, 34, 9, 8),
                "geo", outcomes(184, 12, 3, 2),
                "user", outcomes(195, 9, 3, 1)));
  }

  @Test
  void aRowIsQuarantinedWithTheNamesOfAllRulesItBreaks() {
    assertThat(nasty.broken("pin"))
        .isEqualTo(
            Map.of(
                "ind.invalid",
                1L,
                "unique_id.missing",
                4L,
                "follower_count.unreadable",
                28L,
                "category.missing",
                3L));
    assertThat(nasty.broken("geo"))
        .isEqualTo(
            Map.of(
                "ind.invalid",
                1L,
                "country.missing",
                4L,
                "coordinates.invalid",
                7L,
                "timestamp.unreadable",
                2L));
    assertThat(nasty.broken("user"))
        .isEqualTo(
            Map.of(
                "ind.invalid",
                1L,
                "user_name.missing",
                3L,
                "age.invalid",
                5L,
                "date_joined.unreadable",
                2L));
  }

  @Test
  void followerCountsAreExact() {
    assertThat(column(nasty, "pin", 4, 400, 459))
        .containsExactly(
            12_000L,
            1_500L,
            2_000_000L,
            2_500_000L,
            1_000_000_000L,
            1_000_000_000L,
            1_234L,
            123L,
            7L,
            8L,
            7L,
            500L,
            1_234L,
            1_234_500L,
            1L,
            1L,
            42L,
            null,
            null,
            null,
            null,
            null);
  }

  @Test
  void textsStayAsTheyCameButForPlaceholders() {
    assertThat(column(nasty, "pin", 2, 460, 465))
        .containsExactly(null, null, null, null, "no title data available", "Untitled");
    assertThat(column(nasty, "pin", 3, 460, 465))
        .containsExactly(null, null, null, null, "Untitled 2", "No Title Data Available");
    assertThat(column(nasty, "pin", 6, 466, 468))
        .containsExactly(null, null, "One,Two Words,Three");
    assertThat(column(nasty, "pin", 8, 466, 467)).containsExactly(null, null);
    assertThat(column(nasty, "pin", 9, 467, 472))
        .containsExactly(
            "/data/art", "/data/art", "", "Local save in /x", " Local save in /x", null);
    assertThat(column(nasty, "pin", 7, 469, 472))
        .containsExactly("", null, "image", " multi-video(story page format)");
    assertThat(column(nasty, "pin", 5, 468, 471))
        .containsExactly(null, null, null, "user info error");
    assertThat(column(nasty, "pin", 2, 478, 478))
        .containsExactly(
            "שלום עולם 👩‍👩‍👧\n\"quoted\" 'single' \\n not a newline\r\n\tend…\u00a0");
    assertThat(column(nasty, "user", 1, 520, 526))
        .containsExactly("Ann", "Lee", "Lee", " Ann  Lee\u00a0", "יעל O'Neil-\"Ö\" 🎨");
  }

  @Test
  void theFirstOfTheWinningContentStays() {
    assertThat(column(nasty, "pin", 2, 544, 550))
        .containsExactly("B", "A", "B", "C", "Post 548", "Post 549", "A ");
    assertThat(column(nasty, "geo", 1, 551, 551)).containsExactly("Dupland");
    assertThat(column(nasty, "geo", 3, 553, 553))
        .containsExactly(Instant.parse("2017-01-01T00:00:00Z"));
    assertThat(column(nasty, "user", 1, 554, 554)).containsExactly("Ann Lee");
    assertThat(column(nasty, "user", 2, 555, 555)).containsOnlyNulls();
  }

  @Test
  void recordsOfAnyFormAreJudged() {
    assertThat(wire.outcomes())
        .isEqualTo(
            Map.of(
                "pin",
                outcomes(24, 30, 2, 0),
                "geo",
                outcomes(19, 37, 1, 1),
                "user",
                outcomes(10, 22, 1, 0)));
    assertThat(wire.broken("pin"))
        .isEqualTo(
            Map.of(
                "record.not-an-object", 9L,
                "ind.invalid", 15L,
                "unique_id.missing", 1L,
                "follower_count.unreadable", 6L,
                "category.missing", 1L));
    assertThat(wire.broken("geo"))
        .isEqualTo(
            Map.of(
                "record.not-an-object",
                1L,
                "coordinates.invalid",
                15L,
                "timestamp.unreadable",
                21L));
    assertThat(wire.broken("user"))
        .isEqualTo(
            Map.of(
                "record.not-an-object",
                2L,
                "user_name.missing",
                2L,
                "age.invalid",
                14L,
                "date_joined.unreadable",
                5L));
  }

  @Test
  void timesAreReadInUtc() {
    assertThat(column(wire, "geo", 3, 1100, 1110))
        .containsExactly(
            Stream.of(
                    "2020-08-28T03:52:47Z",
                    "2020-08-28T03:52:47Z",
                    "2020-08-28T03:52:47Z",
                    "2020-08-28T03:52:47Z",
                    "2020-08-28T03:52:47Z",
                    "2020-08-28T03:52:47.5Z",
                    "2020-08-28T03:52:47.123456Z",
                    "2017-12-31T23:30:00Z",
                    "2023-01-01T00:30:00Z",
                    "2018-01-01T00:15:00Z",
                    "2020-02-29T23:59:59.999999Z")
                .map(Instant::parse)
                .toArray());
    Answer byYear = wire.answer("category_by_year");
    assertThat(byYear.rows()).containsExactly(row(2018, "clocks", 1L), row(2020, "clocks", 8L));
    assertThat(wire.answer("users_joined_by_year").rows())
        .containsExactly(row(2015, 1L, 1L), row(2016, 1L, 2L));
  }

  @Test
  void laterFoldersAreLaterEvents() {
    try (Oracle both =
        Oracle.of(folder.resolve("nasty"), folder.resolve("wire"), folder.resolve("nasty"))) {
      assertThat(both.outcomes())
          .containsEntry("geo", outcomes(184 + 19, 12 + 37 + 12, 3 + 1 + 189, 2 + 1));
      Answer same = both.answer("followers_by_age_group");
      assertThat(same.rows()).isEqualTo(nasty.answer("followers_by_age_group").rows());
    }
  }

  private static List<@Nullable Object> row(@Nullable Object... values) {
    return Arrays.asList(values);
  }

  private static Map<String, Long> outcomes(
      long clean, long quarantined, long duplicate, long superseded) {
    return Map.of(
        "clean",
        clean,
        "quarantined",
        quarantined,
        "duplicate",
        duplicate,
        "superseded",
        superseded);
  }

  /** A column of the clean rows whose ind is in a range, by ind. */
  private static List<@Nullable Object> column(
      Oracle oracle, String table, int column, long from, long to) {
    return oracle.clean(table).stream()
        .filter(row -> row.get(0) instanceof Long ind && ind >= from && ind <= to)
        .<@Nullable Object>map(row -> row.get(column))
        .toList();
  }
}
