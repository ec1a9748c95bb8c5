package pinflow.lake.answers;

import static org.assertj.core.api.Assertions.assertThat;
import static pinflow.lake.TestSpark.row;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.lake.TestSpark;
import pinflow.lake.tables.LakeTables;
import pinflow.lake.tables.Transaction;

/** What the known builds get wrong without a word: lines 7 to 11 of facts/silent-failures.md. */
class AnswersTest {
  @TempDir static Path folder;

  private static final List<Row> PIN = new ArrayList<>();
  private static final List<Row> GEO = new ArrayList<>();
  private static final List<Row> USER = new ArrayList<>();

  private static LakeTables tables;

  @BeforeAll
  static void answer() {
    // Two categories share the top of Chad; Ann has three posts, of which the last was 100.
    post(1, "art", "ann", 9L, "Chad", "2018-01-01T00:00:00Z", "Ann", 20, "2015-01-01T00:00:00Z");
    post(2, "art", "ann", 9L, "Chad", "2017-12-31T23:59:59Z", "Ann", 20, "2015-01-01T00:00:00Z");
    post(3, "art", "ann", 100L, "Chad", "2019-01-01T00:00:00Z", "Ann", 24, "2015-01-01T00:00:00Z");
    post(4, "home", "bob", 1L, "Chad", "2022-12-31T23:59:59Z", "Bob", 18, "2015-12-31T23:59:59Z");
    post(5, "home", "bea", 4L, "Chad", "2023-01-01T00:00:00Z", "Bea", 24, "2016-01-01T00:00:00Z");
    post(6, "home", "ann2", 10L, "Chad", "2020-01-01T00:00:00Z", "Ann", 22, "2020-12-31T23:59:59Z");
    post(7, "cars", "max", 100L, "Mali", "2020-01-01T00:00:00Z", "Max", 51, "2021-01-01T00:00:00Z");
    // No age, and too young: in no age group, and not in 50+ either.
    post(8, "art", null, 999L, "Mali", "2020-01-01T00:00:00Z", "Nan", null, "2014-12-31T23:59:59Z");
    post(9, "art", "kid", null, "Mali", "2020-01-01T00:00:00Z", "Kid", 17, "2017-01-01T00:00:00Z");
    // Without partners: a pin, a geo, a user.
    PIN.add(pin(10, "art", "lone", 1_000_000L));
    GEO.add(RowFactory.create(11L, "Peru", new Double[] {1.0, 2.0}, at("2020-01-01T00:00:00Z")));
    USER.add(RowFactory.create(12L, "Zoe", 30, at("2018-01-01T00:00:00Z")));

    tables = new LakeTables(TestSpark.session(), folder.toUri().toString(), table -> {});
    write("pin", "ind BIGINT, category STRING, poster_name STRING, follower_count BIGINT", PIN);
    write("geo", "ind BIGINT, country STRING, coordinates ARRAY<DOUBLE>, timestamp TIMESTAMP", GEO);
    write("user", "ind BIGINT, user_name STRING, age INT, date_joined TIMESTAMP", USER);
    new Answers(tables).write(0);
  }

  private static void post(
      long ind,
      String category,
      @Nullable String poster,
      @Nullable Long followers,
      String country,
      String posted,
      String name,
      @Nullable Integer age,
      String joined) {
    PIN.add(pin(ind, category, poster, followers));
    GEO.add(RowFactory.create(ind, country, new Double[] {1.0, 2.0}, at(posted)));
    USER.add(RowFactory.create(ind, name, age, at(joined)));
  }

  private static Row pin(
      long ind, String category, @Nullable String poster, @Nullable Long followers) {
    return RowFactory.create(ind, category, poster, followers);
  }

  private static Instant at(String time) {
    return Instant.parse(time);
  }

  private static void write(String table, String columns, List<Row> rows) {
    StructType schema = StructType.fromDDL(columns);
    tables.inTransaction(
        new Transaction("test", 0),
        () -> tables.append(table, schema, TestSpark.session().createDataFrame(rows, schema)));
  }

  private static List<List<@Nullable Object>> answer(String name) {
    return TestSpark.rows(tables, "answers/" + name);
  }

  @Test
  void nobodyWithoutAnAgeOrUnderEighteenIsOver50() {
    assertThat(answer("category_by_age_group"))
        .containsExactly(row("18-24", "art", 3L), row("18-24", "home", 3L), row("50+", "cars", 1L));
    assertThat(answer("followers_by_age_group"))
        .containsExactly(row("18-24", 7.0, 4L, 9.0), row("50+", 100.0, 1L, 100.0));
  }

  @Test
  void usersAreCountedOnce() {
    assertThat(answer("users_joined_by_year"))
        .containsExactly(
            row(2015, 2L, 4L),
            row(2016, 1L, 1L),
            row(2017, 1L, 1L),
            row(2018, 1L, 1L),
            row(2020, 1L, 1L));
  }

  @Test
  void onlyTheTopOfAGroupIsShownAndEachThatSharesIt() {
    assertThat(answer("category_by_country"))
        .containsExactly(row("Chad", "art", 3L), row("Chad", "home", 3L), row("Mali", "art", 2L));
    assertThat(answer("top_user_by_country"))
        .containsExactly(row("Chad", "ann", 100L), row("Mali", "max", 100L));
    assertThat(answer("top_country")).containsExactly(row("Chad", 100L), row("Mali", 100L));
  }

  /** Ann's 100, not her 9; the mean of the two in the middle; beside it the original's reading. */
  @Test
  void mediansAreExactAndOverUsers() {
    assertThat(answer("followers_by_join_year"))
        .containsExactly(
            row(2015, 50.5, 2L, 9.0), row(2016, 4.0, 1L, 4.0), row(2020, 10.0, 1L, 10.0));
    assertThat(answer("followers_by_join_year_and_age_group"))
        .containsExactly(
            row("18-24", 2015, 50.5, 2L, 9.0),
            row("18-24", 2016, 4.0, 1L, 4.0),
            row("18-24", 2020, 10.0, 1L, 10.0));
  }

  @Test
  void yearsAreThoseOfUtcAndOfTheQuestion() {
    assertThat(answer("category_by_year"))
        .containsExactly(
            row(2018, "art", 1L),
            row(2019, "art", 1L),
            row(2020, "art", 2L),
            row(2020, "cars", 1L),
            row(2020, "home", 1L),
            row(2022, "home", 1L));
  }

  /** Of each answer: used, unmatched, left out; and the versions that belong together. */
  @Test
  void whatFoundNoPartnerOrDidNotCountIsCounted() {
    assertThat(TestSpark.rows(tables, "answers/sources", "answer"))
        .containsExactly(
            source("category_by_age_group", 7, 2, 2),
            source("category_by_country", 9, 2, 0),
            source("category_by_year", 7, 2, 2),
            source("followers_by_age_group", 7, 2, 2),
            source("followers_by_join_year", 6, 2, 3),
            source("followers_by_join_year_and_age_group", 6, 2, 3),
            source("top_country", 7, 2, 2),
            source("top_user_by_country", 7, 2, 2),
            source("users_joined_by_year", 8, 0, 2));
  }

  private static List<@Nullable Object> source(
      String answer, long used, long unmatched, long left) {
    return row(answer, 0L, 0L, 0L, 0L, used, unmatched, left, 0L);
  }

  @Test
  void nothingIsLeftThatASqlStatementCouldMistakeForATable() {
    assertThat(TestSpark.session().sql("SHOW VIEWS").count()).isZero();
  }
}
