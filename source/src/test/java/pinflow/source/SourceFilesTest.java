package pinflow.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pinflow.source.generate.PostGenerator;

class SourceFilesTest {

  private static final String USER =
      "{\"ind\":0,\"first_name\":\"Zoë 🫶\",\"last_name\":\"O'Low\\t\\\"\\\\\",\"age\":20,\"date_joined\":\"2015-10-21 00:00:00\"}";

  @TempDir private Path dir;
  private final SourceDatabase db = TestDatabase.empty();

  @BeforeEach
  void emptyFiles() throws IOException {
    for (SourceTable table : SourceTable.values()) {
      Files.writeString(dir.resolve(table.file()), "");
    }
  }

  @AfterEach
  void close() {
    db.close();
  }

  /** Generated rows hold each trap of text; they come back byte for byte. */
  @Test
  void exportAndImportGiveEqualTables() throws IOException {
    PostGenerator.fill(db, 5_000, 3, false);
    Map<SourceTable, Long> counts = db.counts();
    assertThat(counts)
        .containsEntry(
            SourceTable.PIN,
            PostGenerator.generate(5_000, 3).filter(post -> post.pin() != null).count());
    assertThat(SourceFiles.exportTo(dir.resolve("a"), db)).isEqualTo(counts);

    assertThat(SourceFiles.importFrom(dir.resolve("a"), db, true)).isEqualTo(counts);
    SourceFiles.exportTo(dir.resolve("b"), db);

    for (SourceTable table : SourceTable.values()) {
      assertThat(dir.resolve("b").resolve(table.file()))
          .hasSameBinaryContentAs(dir.resolve("a").resolve(table.file()));
    }
    assertThat(Files.readAllLines(dir.resolve("a").resolve("geo.jsonl")).get(0))
        .matches(
            "\\{\"ind\":0,\"timestamp\":\"20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\",\"latitude\":-?[\\d.E-]+,\"longitude\":-?[\\d.E-]+,\"country\":\"[^\"]+\"}");
  }

  @Test
  void keepsLinesAsTheyAreAndMissingColumnsNull() throws IOException {
    String sparse = "{\"ind\":-5,\"first_name\":null,\"age\":200}";
    Files.writeString(dir.resolve("user.jsonl"), USER + "\n\n" + sparse);

    SourceFiles.importFrom(dir, db, false);
    SourceFiles.exportTo(dir.resolve("out"), db);

    assertThat(Files.readAllLines(dir.resolve("out").resolve("user.jsonl")))
        .containsExactly(
            "{\"ind\":-5,\"first_name\":null,\"last_name\":null,\"age\":200,\"date_joined\":null}",
            USER);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          '"age":20'            | '"age":"x"'           | field "age": "x" cannot be stored
          '"age":20'            | '"age":2.5'           | field "age": 2.5 cannot be stored
          '"age":20'            | '"age":9223372036854775808' | field "age": 9223372036854775808
          '"age"'               | '"agee"'              | "age" is meant, perhaps
          '"age"'               | '"shoe_size"'         | the field "shoe_size", but user_data has no such column.
          2015-10-21            | 2015-02-30            | field "date_joined": "2015-02-30 00:00:00"
          '2015-10-21 00:00:00' | 2015-10-21            | field "date_joined": "2015-10-21"
          '"age":20'            | '"age":20,"age":21'   | is not JSON: Duplicate field 'age'
          '}'                   | '} {}'                | is not JSON
          '"Zoë 🫶"'            | '"\\ud800"'           | text of at most 65,535 bytes of UTF-8
          """)
  void namesFileLineAndField(String right, String wrong, String message) throws IOException {
    String line = USER.replace(right, wrong.replace("\\\\", "\\"));
    Files.writeString(dir.resolve("user.jsonl"), USER + "\n" + line + "\n");
    Files.writeString(dir.resolve("pin.jsonl"), "{\"index\":1}\n");

    assertThatThrownBy(() -> SourceFiles.importFrom(dir, db, false))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("user.jsonl, line 2")
        .hasMessageContaining(message);
    assertThat(db.counts().values()).as("all or nothing").containsOnly(0L);
  }

  @Test
  void namesTheFileThatIsMissing() throws IOException {
    Files.delete(dir.resolve("geo.jsonl"));

    assertThatThrownBy(() -> SourceFiles.importFrom(dir, db, false))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("geo.jsonl is missing");
  }

  @Test
  void doesNotWriteOverFiles() {
    db.createTables();

    assertThatThrownBy(() -> SourceFiles.exportTo(dir, db))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("pin.jsonl exists");
  }
}
