package pinflow.lake.expect;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.lake.TestSpark;
import pinflow.lake.tables.LakeTables;

@Tag("slow")
class ExpectationsTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void brokenOnesAreCounted() {
    LakeTables tables = new LakeTables(TestSpark.session(), folder.toUri().toString(), table -> {});
    write(tables, "pin", "SELECT id AS ind, IF(id = 3, NULL, 'art') AS category FROM range(10)");
    write(
        tables,
        "user",
        "SELECT id AS ind, CAST(IF(id = 0, NULL, id + 10) AS INT) AS age FROM range(10)");
    write(tables, "geo", "SELECT id + 2 AS ind FROM range(10)");
    write(tables, "events", "SELECT IF(id < 5, 'quarantined', 'clean') AS outcome FROM range(100)");

    assertThat(
            new Expectations(tables)
                .check(
                    List.of(
                        new Expectation.NotNull("pin", "category", "flag"),
                        new Expectation.NotNull("pin", "ind", "flag"),
                        new Expectation.IndIn("geo", "pin", "fail"),
                        new Expectation.IndIn("geo", "user", "flag"),
                        between("user", "age", 13, 120),
                        between("user", "age", 11, 19),
                        share("5"),
                        share("5.01"))))
        .containsExactly(
            new Expectations.Found("pin.category is not null", "flag", false, 1, 10),
            new Expectations.Found("pin.ind is not null", "flag", true, 0, 10),
            new Expectations.Found("each ind of geo is in pin", "fail", false, 2, 10),
            new Expectations.Found("each ind of geo is in user", "flag", false, 2, 10),
            new Expectations.Found("user.age is between 13 and 120", "fail", false, 2, 10),
            new Expectations.Found("user.age is between 11 and 19", "fail", true, 0, 10),
            new Expectations.Found(
                "less than 5 % of all events are in quarantine", "flag", false, 5, 100),
            new Expectations.Found(
                "less than 5.01 % of all events are in quarantine", "flag", true, 5, 100));
  }

  private static Expectation between(String table, String column, long least, long most) {
    return new Expectation.Between(
        table, column, BigDecimal.valueOf(least), BigDecimal.valueOf(most), "fail");
  }

  private static Expectation share(String percent) {
    return new Expectation.QuarantinedShareBelow(new BigDecimal(percent), "flag");
  }

  private static void write(LakeTables tables, String table, String sql) {
    TestSpark.overwrite(tables, table, TestSpark.session().sql(sql));
  }
}
