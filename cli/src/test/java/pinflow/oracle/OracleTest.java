package pinflow.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
class OracleTest {

  private static final long GREATEST = Long.MAX_VALUE;

  @TempDir static Path folder;

  private static Oracle nasty;

  @BeforeAll
  static void load() {
    NastySet.write(folder.resolve("nasty"));
    nasty = Oracle.of(folder.resolve("nasty"));
  }

  @AfterAll
  static void close() {
    nasty.close();
  }

  @Test
  void categoryByCountry() {
    expect(
        answer("category_by_country", 151, 49, 0, "country", "category", "category_count"),
        row(" Borland", "art", 1L),
        row("Ageland", "art", 11L),
        row("Atland", "art", 2L),
        row("Bigland", "art", 2L),
        row("Borland", "art", 2L),
        row("Borland", "travel", 2L),
        row("Dupland", "art", 18L),
        row("Formland", "art", 22L),
        row("Hugeland", "art", 1L),
        row("Medianland", "art", 2L),
        row("Noland", "art", 1L),
        row("O'\"Brien\\land", "a,b;c\td", 1L),
        row("Restland", "art", 34L),
        row("Topland", "art", 5L),
        row("Yearland", "art", 8L),
        row("Zeroland", "art", 1L),
        row("atland", "art", 1L),
        row("\uff46ull", "ציור", 1L),
        row("🏝", "🎨", 2L));
  }

  @Test
  void categoryByYear() {
    expect(
        answer("category_by_year", 9, 49, 142, "post_year", "category", "category_count"),
        row(2018, "art", 2L),
        row(2018, "travel", 2L),
        row(2018, "quotes", 1L),
        row(2020, "art", 2L),
        row(2021, "art", 1L),
        row(2022, "art", 1L));
  }

  @Test
  void topUserByCountry() {
    expect(
        answer("top_user_by_country", 7, 49, 144, "country", "poster_name", "follower_count"),
        row("Bigland", "Max", GREATEST),
        row("Hugeland", "Sam", GREATEST),
        row("Topland", "Ann", 1000L),
        row("Topland", "Bob", 1000L),
        row("Zeroland", "Zed", 0L));
  }

  @Test
  void topCountry() {
    expect(
        answer("top_country", 7, 49, 144, "country", "follower_count"),
        row("Bigland", GREATEST),
        row("Hugeland", GREATEST));
  }

  @Test
  void categoryByAgeGroup() {
    expect(
        answer("category_by_age_group", 34, 46, 124, "age_group", "category", "category_count"),
        row("18-24", "art", 2L),
        row("25-35", "art", 2L),
        row("25-35", "travel", 2L),
        row("36-50", "quotes", 2L),
        row("50+", "vehicles", 2L));
  }

  @Test
  void followersByAgeGroup() {
    expect(
        answer(
            "followers_by_age_group",
            19,
            46,
            139,
            "age_group",
            "median_follower_count",
            "users",
            "median_over_posts"),
        row("18-24", 500.0, 3L, 20.0),
        row("25-35", 34.5, 4L, 25.5),
        row("36-50", 1_000_000.5, 2L, 1500.0),
        row("50+", 750_000_750.0, 2L, 1_500_000_000.0));
  }

  @Test
  void usersJoinedByYear() {
    expect(
        answer("users_joined_by_year", 27, 0, 168, "post_year", "number_users_joined", "posts"),
        row(2015, 4L, 7L),
        row(2016, 3L, 5L),
        row(2017, 2L, 4L),
        row(2018, 2L, 3L),
        row(2019, 4L, 6L),
        row(2020, 1L, 2L));
  }

  @Test
  void followersByJoinYear() {
    expect(
        answer(
            "followers_by_join_year",
            19,
            46,
            139,
            "post_year",
            "median_follower_count",
            "users",
            "median_over_posts"),
        row(2015, 1250.0, 4L, 1000.0),
        row(2016, 6.0, 3L, 10.0),
        row(2017, 9.5, 2L, 8.0),
        row(2018, 9.0, 1L, 7.0),
        row(2019, 100.0, 1L, 549.5),
        row(2020, 60.0, 1L, 50.0));
  }

  /** In 2017 one row is of 18-24 but no user, in 2015 one user of 50+ but no row with a count. */
  @Test
  void followersByJoinYearAndAgeGroup() {
    expect(
        answer(
            "followers_by_join_year_and_age_group",
            17,
            46,
            141,
            "age_group",
            "post_year",
            "median_follower_count",
            "users",
            "median_over_posts"),
        row("18-24", 2015, 750.0, 2L, 500.0),
        row("18-24", 2016, 20.0, 1L, 20.0),
        row("25-35", 2017, 8.0, 1L, 9.5),
        row("25-35", 2018, 9.0, 1L, 7.0),
        row("25-35", 2019, 100.0, 1L, 549.5),
        row("25-35", 2020, 60.0, 1L, 50.0),
        row("36-50", 2015, 2_000_000.0, 1L, 1_000_750.0),
        row("50+", 2015, 1500.0, 1L, null));
  }

  @Test
  void anUnknownAnswerIsRefused() {
    assertThatThrownBy(() -> nasty.answer("top_user")).hasMessageContaining("top_user_by_country");
  }

  @Test
  void theRealRecordsLoadWithoutLoss() throws IOException {
    String real = System.getenv("PINFLOW_REAL_DATA");
    assumeTrue(real != null, "PINFLOW_REAL_DATA names no folder");
    Path data = Path.of(String.valueOf(real));
    try (Oracle oracle = Oracle.of(data)) {
      for (String table : Oracle.TABLES) {
        try (Stream<String> lines = Files.lines(data.resolve(table + ".jsonl"))) {
          long ended =
              oracle.outcomes().getOrDefault(table, Map.of()).values().stream()
                  .mapToLong(n -> n)
                  .sum();
          assertThat(ended).isEqualTo(lines.count());
        }
      }
      assertThat(Oracle.ANSWERS)
          .allSatisfy(name -> assertThat(oracle.answer(name).rows()).isNotEmpty());
    }
  }

  private static Answer answer(
      String name, long used, long unmatched, long leftOut, String... columns) {
    return new Answer(name, List.of(columns), List.of(), used, unmatched, leftOut);
  }

  /** The oracle's own answer must be this one in value and in type. */
  @SafeVarargs
  private static void expect(Answer frame, List<@Nullable Object>... rows) {
    assertThat(nasty.answer(frame.name()))
        .isEqualTo(
            new Answer(
                frame.name(),
                frame.columns(),
                List.of(rows),
                frame.used(),
                frame.unmatched(),
                frame.leftOut()));
  }

  private static List<@Nullable Object> row(@Nullable Object... values) {
    return Arrays.asList(values);
  }
}
