package pinflow.lake.tables;

import io.delta.kernel.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * Those of the tables whose rows are few, read and written without a job of Spark's: milliseconds
 * for what takes it a second.
 */
public final class SmallTables {
  /** A table of more has its rows written together when some are added: each file costs a read. */
  static final int MOST_FILES = 50;

  private final LakeTables tables;
  private final DeltaKernel kernel;

  SmallTables(LakeTables tables, Configuration hadoop) {
    this.tables = tables;
    this.kernel = new DeltaKernel(hadoop);
  }

  /** The version of an application's last commit to the table; -1 if there is none. */
  public long lastCommit(String table, String application) {
    return newest(table).map(it -> kernel.lastCommit(it, application)).orElse(-1L);
  }

  /**
   * All rows of the table's newest version; none if it is not there.
   *
   * @param schema its columns; those that the table of an older Pinflow lacks are null
   */
  public List<Row> rows(String table, StructType schema) {
    return newest(table).map(it -> kernel.rows(it, schema)).orElse(List.of());
  }

  /**
   * Adds rows to the table, which is made if it is not there, in the running transaction.
   *
   * @param schema the columns of the rows
   */
  public void append(String table, StructType schema, List<Row> rows) {
    Optional<Snapshot> before = newest(table);
    if (before.isPresent() && !kernel.hasColumns(before.get(), schema)) {
      // An older Pinflow's. Columns are added by Spark, whose tables need no column mapping for it.
      tables.append(table, schema, tables.spark().createDataFrame(rows, schema).coalesce(1));
    } else {
      commit(table, schema, rows, false);
    }
  }

  /**
   * Makes rows the table's only ones, in the running transaction.
   *
   * @return the version that holds them; nothing if the table has a later one of the application
   */
  public OptionalLong overwrite(String table, StructType schema, List<Row> rows) {
    return commit(table, schema, rows, true);
  }

  private OptionalLong commit(String table, StructType schema, List<Row> rows, boolean replaces) {
    Transaction id = tables.running();
    return tables.again(
        table,
        () -> {
          Optional<Snapshot> before = newest(table);
          long last = before.map(it -> kernel.lastCommit(it, id.application())).orElse(-1L);
          if (last > id.version()) {
            return OptionalLong.empty();
          }
          if (before.isPresent() && last == id.version()) {
            return OptionalLong.of(before.get().getVersion());
          }
          List<Row> all = rows;
          boolean together =
              !replaces && before.map(it -> kernel.numberOfFiles(it) > MOST_FILES).orElse(false);
          if (together) {
            all = new ArrayList<>(kernel.rows(before.get(), schema));
            all.addAll(rows);
          }
          long version =
              kernel.commit(tables.path(table), schema, all, replaces || together, before, id);
          tables.committed(table);
          return OptionalLong.of(version);
        });
  }

  private Optional<Snapshot> newest(String table) {
    return kernel.newest(tables.path(table));
  }
}
