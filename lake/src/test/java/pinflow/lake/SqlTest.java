package pinflow.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static pinflow.lake.TestSpark.row;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pinflow.lake.tables.LakeException;
import pinflow.lake.tables.LakeTables;
import pinflow.lake.tables.Transaction;

class SqlTest {
  @TempDir static Path folder;

  private static LakeTables tables;
  private static Sql sql;

  @BeforeAll
  static void write() {
    String location = folder.resolve("it's a lake").toUri().toString();
    tables = new LakeTables(TestSpark.session(), location, table -> {});
    sql = new Sql(TestSpark.session(), location);
    assertThatExceptionOfType(LakeException.class)
        .isThrownBy(() -> sql.run("SELECT * FROM pin", 10))
        .satisfies(e -> assertThat(e.user()).isTrue())
        .withMessageContaining(location)
        .withMessageContaining("pinflow run daily");
    // Of a first daily run that is under way nothing is shown, of the live way all.
    append("quarantine", "SELECT 1L AS ind", 0);
    append("0e03d1c30c91-x_pin_table", "SELECT 7L AS ind", 0);
    assertThat(sql.run("SELECT ind FROM `0e03d1c30c91_x_pin_table`", 10).rows())
        .containsExactly(row(7L));
    assertThatExceptionOfType(LakeException.class)
        .isThrownBy(() -> sql.run("SELECT * FROM quarantine", 10));
    append("events", "SELECT 1L AS ind, 'clean' AS outcome", 0);
    append("pin", "SELECT id AS ind, 'art' AS category FROM range(5)", 0);
  }

  private static void append(String table, String query, long version) {
    Dataset<Row> rows = TestSpark.session().sql(query);
    StructType schema = rows.schema();
    tables.inTransaction(
        new Transaction("test", version), () -> tables.append(table, schema, rows));
  }

  @Test
  void aFileOfStatementsIsAnsweredWithItsLast() {
    List<String> steps = new ArrayList<>();
    String text =
        "-- first; one\nSELECT ';📌' AS a; /* ; */\nSELECT count(*) AS n FROM pin;\n -- no more;\n";
    assertThat(Statements.of(text)).hasSize(2).last().asString().endsWith("FROM pin");
    assertThat(sql.runAll(text, 10, (name, seconds) -> steps.add(name)).rows())
        .containsExactly(row(5L));
    assertThat(steps).containsExactly("statement 1", "statement 2");
    assertThatExceptionOfType(LakeException.class)
        .isThrownBy(() -> sql.runAll("SELECT 1; DELETE FROM pin;", 10, (name, seconds) -> {}))
        .satisfies(e -> assertThat(e.user()).isTrue());
    assertThatExceptionOfType(LakeException.class)
        .isThrownBy(() -> sql.runAll(" ; -- nothing", 10, (name, seconds) -> {}))
        .withMessageContaining("no statement");
  }

  @Test
  void aSelectIsAnsweredUpToTheLimit() {
    Sql.Answer all =
        sql.run("SELECT ind, category AS c FROM pin WHERE ind < 2 ORDER BY ind DESC", 2);
    assertThat(all.columns())
        .containsExactly(new Sql.Column("ind", "BIGINT"), new Sql.Column("c", "STRING"));
    assertThat(all.rows()).containsExactly(row(1L, "art"), row(0L, "art"));
    assertThat(all.truncated()).isFalse();

    Sql.Answer some = sql.run("TABLE pin", 2);
    assertThat(some.rows()).hasSize(2);
    assertThat(some.truncated()).isTrue();
    assertThat(sql.run("SELECT 1", Integer.MAX_VALUE).truncated()).isFalse();
  }

  @Test
  void valuesAreWhatJsonCanHold() {
    List<List<Object>> rows = new ArrayList<>();
    sql.run(
            "SELECT 1.50BD, double('NaN'), double('Infinity'), x'00ff', timestamp'2020-08-28 03:52:47.5', date'2020-02-29',"
                + " array(1, null), map('a', 1), struct(2 AS b), null, true",
            1)
        .rows()
        .forEach(r -> rows.add(new ArrayList<>(r)));
    assertThat(rows.toString())
        .isEqualTo(
            "[[1.50, NaN, Infinity, 00ff, 2020-08-28T03:52:47.500Z, 2020-02-29, [1, null], {a=1}, {b=2}, null, true]]");
  }

  @Test
  void whatHasComeSinceIsSeen() {
    sql.run("SELECT * FROM pin", 1);
    append("geo", "SELECT 1L AS ind, 'Chad' AS country", 0);
    append("answers/top_country", "SELECT 'Chad' AS country, 7L AS follower_count", 0);
    append("geo", "SELECT 2L AS ind, 'Chad' AS country", 1);

    assertThat(sql.run("SELECT count(*) FROM geo", 1).rows()).containsExactly(row(2L));
    assertThat(sql.run("SELECT * FROM answers.top_country", 9).rows())
        .containsExactly(row("Chad", 7L));
    assertThat(sql.run("SHOW TABLES IN answers", 99).rows().toString()).contains("top_country");
    assertThat(sql.run("DESCRIBE pin", 99).rows()).contains(row("ind", "bigint", null));
    assertThat(sql.run("DESCRIBE HISTORY geo", 99).rows()).hasSize(2);
    assertThat(sql.run("EXPLAIN SELECT * FROM pin", 99).rows()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO pin VALUES (9, 'x')",
        "INSERT OVERWRITE pin VALUES (9, 'x')",
        "WITH x AS (SELECT 9L AS ind, 'x' AS category) INSERT INTO pin SELECT * FROM x",
        "FROM pin INSERT INTO pin SELECT * INSERT INTO pin SELECT *",
        "INSERT OVERWRITE DIRECTORY '/tmp/pinflow-no' USING csv SELECT * FROM pin",
        "INSERT OVERWRITE LOCAL DIRECTORY '/tmp/pinflow-no' SELECT * FROM pin",
        "DELETE FROM pin",
        "UPDATE pin SET category = 'x'",
        "MERGE INTO pin USING (SELECT 1L AS ind) s ON pin.ind = s.ind WHEN MATCHED THEN DELETE",
        "TRUNCATE TABLE pin",
        "DROP TABLE pin",
        "DROP DATABASE answers CASCADE",
        "CREATE TABLE mine AS SELECT * FROM pin",
        "CREATE TABLE mine (a INT) USING parquet",
        "CREATE OR REPLACE TEMP VIEW pin AS SELECT 1",
        "CREATE FUNCTION f AS 'java.lang.String'",
        "ALTER TABLE pin ADD COLUMN x INT",
        "ALTER TABLE pin SET TBLPROPERTIES ('a' = 'b')",
        "OPTIMIZE pin",
        "VACUUM pin",
        "RESTORE TABLE pin TO VERSION AS OF 0",
        "CREATE TABLE mine SHALLOW CLONE pin",
        "ANALYZE TABLE pin COMPUTE STATISTICS",
        "REFRESH TABLE pin",
        "CACHE TABLE pin",
        "SET spark.sql.ansi.enabled=false",
        "SET",
        "RESET",
        "USE answers",
        "ADD JAR '/tmp/x.jar'",
        "EXECUTE IMMEDIATE 'DELETE FROM pin'",
        "SELECT TRANSFORM(ind) USING 'touch /tmp/pinflow-no' FROM pin",
        "CALL spark_catalog.system.anything()",
        "BEGIN DELETE FROM pin; END",
        "DECLARE VARIABLE x INT",
      })
  void whatChangesSomethingIsRefused(String statement) {
    long version = tables.version("pin");

    assertThatExceptionOfType(LakeException.class)
        .isThrownBy(() -> sql.run(statement, 10))
        .satisfies(e -> assertThat(e.user()).isTrue())
        .withMessageStartingWith("The statement would change something")
        .withMessageContaining("SELECT");
    assertThat(tables.version("pin")).isEqualTo(version);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELEC 1",
        "SELECT 1; SELECT 2",
        "",
        "-- nothing",
        "SELECT * FROM no_such_table",
        "SELECT * FROM answers.no_such_answer",
        "SELECT no_such_column FROM pin",
        "SELECT no_such_function(1)",
        "SELECT 1 / 0",
        "SELECT CAST('x' AS INT)",
        "SELECT ind, count(*) FROM pin",
      })
  void whatCannotBeAnsweredIsTheUsersToMend(String statement) {
    assertThatExceptionOfType(LakeException.class)
        .isThrownBy(() -> sql.run(statement, 10))
        .satisfies(e -> assertThat(e.user()).isTrue())
        .withMessageStartingWith("The query cannot be answered: ")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500).doesNotContain("\n"));
  }
}
