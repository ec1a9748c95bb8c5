package pinflow.lake.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pinflow.lake.TestSpark;

class SmallTablesTest {
  private static final StructType SCHEMA =
      StructType.fromDDL("number BIGINT, part INT, word STRING, at TIMESTAMP");

  @TempDir Path folder;

  @Test
  void aTableThatIsAddedToForYearsKeepsItsRowsInFewFiles() {
    LakeTables tables = new LakeTables(TestSpark.session(), folder.toUri().toString(), table -> {});
    List<Row> expected = new ArrayList<>();
    for (long number = 0; number < SmallTables.MOST_FILES + 5; number++) {
      Row row =
          RowFactory.create(
              number, 3, number % 2 == 0 ? null : "odd", Instant.ofEpochSecond(number, 1_000));
      expected.add(row);
      append(tables, number, row);
      append(tables, number, row); // killed after it, and begun again
    }
    assertThat(tables.small().rows("plans", SCHEMA)).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(TestSpark.session().read().format("delta").load(tables.path("plans")).inputFiles())
        .hasSizeLessThan(6);
  }

  private static void append(LakeTables tables, long number, Row row) {
    tables.inTransaction(
        new Transaction("test", number),
        () -> tables.small().append("plans", SCHEMA, List.of(row)));
  }
}
