package pinflow.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceDatabaseTest {

  private final SourceDatabase db = TestDatabase.empty();

  @AfterEach
  void close() {
    db.close();
  }

  @Test
  void saysWhyItCannotBeOpened() {
    String url = TestDatabase.credentials().jdbcUrl();
    assertThatThrownBy(() -> SourceDatabase.open(Credentials.of(url, "tester", "wrong-one")))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("does not take this password for the user tester")
        .hasMessageNotContaining("wrong-one");
    assertThatThrownBy(
            () -> SourceDatabase.open(Credentials.of(url + "s", "tester", "0123-secret")))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("Check DATABASE");
    assertThatThrownBy(
            () -> SourceDatabase.open(Credentials.of("jdbc:mariadb://127.0.0.1:1/x", "a", "b")))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("nothing answers there as a MySQL server");
  }

  @Test
  void saysWhatTimeItIsThere() {
    assertThat(db.now()).isCloseTo(Instant.now(), within(1, ChronoUnit.MINUTES));
  }

  @Test
  void namesTheTableThatIsMissing() {
    db.createTables();
    TestDatabase.execute("DROP TABLE geolocation_data");

    assertThatThrownBy(db::requireTables)
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("lacks the table geolocation_data")
        .hasMessageContaining("pinflow source generate");
  }

  @Test
  void namesTheKeyColumnThatIsMissing() {
    db.createTables();
    TestDatabase.execute("ALTER TABLE pinterest_data DROP COLUMN `index`");

    assertThatThrownBy(db::requireTables)
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("pinterest_data")
        .hasMessageContaining("`index`");
  }

  @Test
  void keepsRowsUnlessToldToReplaceThem() {
    db.fill(false, rows -> addUser(rows, 1L, "Ann"));

    assertThatThrownBy(() -> db.fill(false, rows -> addUser(rows, 2L, "Bea")))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("already holds 1 rows")
        .hasMessageContaining("--replace");
    assertThat(db.counts()).containsEntry(SourceTable.USER, 1L);
    assertThatThrownBy(
            () ->
                db.fill(
                    true,
                    rows -> {
                      addUser(rows, 3L, "Cay");
                      throw new IllegalStateException("half way");
                    }))
        .hasMessage("half way");
    assertThat(names()).containsExactly("Ann");

    db.fill(true, rows -> addUser(rows, 2L, "Bea"));
    assertThat(names()).containsExactly("Bea");
  }

  /**
   * Repeats of an ind lie over the page's edge, inds have gaps and reach the ends of BIGINT, some
   * are null.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void pagesLoseNoRowAndKeepTheOrderOfInsertion(boolean indexed) throws Exception {
    List<Long> inds = new ArrayList<>(List.of(Long.MIN_VALUE, 7L, 1L, 1L, 7L, 7L, 7L, 7L, 9L, 1L));
    inds.addAll(List.of(50L, 51L, 52L, 7L, Long.MAX_VALUE, -3L, Long.MAX_VALUE));
    db.createTables();
    if (!indexed) {
      TestDatabase.execute("ALTER TABLE user_data DROP INDEX ind");
    }
    db.fill(
        false,
        rows -> {
          addUser(rows, null, "first");
          for (int i = 0; i < inds.size(); i++) {
            addUser(rows, inds.get(i), "n" + i);
          }
          addUser(rows, null, "last");
        });

    for (int pageRows = 1; pageRows <= 20; pageRows++) {
      List<String> read = new ArrayList<>();
      new RowPages(db, SourceTable.USER, pageRows)
          .forEachRemaining(
              row -> {
                read.add(row.value().path("first_name").asText());
                if (read.size() == 5) {
                  TestDatabase.cutConnections(); // it goes on over a new one
                }
              });
      assertThat(read)
          .as("pages of %d", pageRows)
          .containsExactly(
              "first", "last", "n0", "n15", "n2", "n3", "n9", "n1", "n4", "n5", "n6", "n7", "n13",
              "n8", "n10", "n11", "n12", "n14", "n16");
    }
  }

  @Test
  void takesTheNthRowAsTheOriginalDoes() {
    db.fill(
        false,
        rows -> {
          for (long i = 0; i < 10; i++) {
            addUser(rows, 100 + i, "n" + i);
          }
        });

    assertThat(db.rowAt(SourceTable.USER, 3)).map(Row::ind).contains(103L);
    assertThat(db.rowAt(SourceTable.USER, 10)).isEmpty();
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    db.rows(SourceTable.USER)
        .forEachRemaining(row -> names.add(row.value().path("first_name").asText()));
    return names;
  }

  private static void addUser(RowInserter rows, @Nullable Long ind, String name) {
    rows.add(SourceTable.USER, Arrays.asList(ind, name, "Low", 30L, null));
  }
}
