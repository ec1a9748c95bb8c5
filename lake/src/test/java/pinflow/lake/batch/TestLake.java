package pinflow.lake.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import pinflow.lake.TestSpark;
import pinflow.lake.tables.LakeTables;
import pinflow.lake.tables.Steps;

/** Lakes under a test's folder, what is in them, and runs that are killed. */
final class TestLake {
  static final List<String> ALL =
      List.of("batches", "pin", "geo", "user", "quarantine", "mended", "events");

  static final Steps QUIET = (step, seconds) -> {};

  private TestLake() {}

  static LakeTables at(Path folder) {
    return at(TestSpark.session(), folder, table -> {});
  }

  /** Commits one after the other. */
  static LakeTables at(SparkSession spark, Path folder, Consumer<String> committed) {
    return new LakeTables(spark, folder.toUri().toString(), committed, 1);
  }

  /** A lake whose user is killed after the first commit to each of some tables. */
  static LakeTables mortal(Path folder, List<String> deadly) {
    LakeTables tables = at(folder);
    Map<String, Long> before =
        new HashMap<>(deadly.stream().collect(Collectors.toMap(table -> table, tables::version)));
    return at(
        TestSpark.session(),
        folder,
        table -> {
          Long last = before.replace(table, tables.version(table));
          if (last != null && last < tables.version(table)) {
            throw new Killed();
          }
        });
  }

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Whether a run is killed. */
  static boolean dies(Runnable run) {
    try {
      run.run();
      return false;
    } catch (RuntimeException e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      assertThat(cause).isInstanceOf(Killed.class);
      return true;
    }
  }

  static Map<String, List<List<@Nullable Object>>> contents(LakeTables tables) {
    return ALL.stream()
        .filter(table -> tables.version(table) >= 0)
        .collect(Collectors.toMap(table -> table, table -> content(tables, table)));
  }

  /** A table's rows in an order that follows from them alone. */
  static List<List<@Nullable Object>> content(LakeTables tables, String table) {
    return TestSpark.rows(tables, table).stream()
        .sorted(Comparator.comparing(List::toString))
        .toList();
  }

  static Map<String, Long> versions(LakeTables tables) {
    return new HashMap<>(ALL.stream().collect(Collectors.toMap(table -> table, tables::version)));
  }
}
