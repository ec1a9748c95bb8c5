package pinflow.source;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Inserts rows into the three tables, many at a time. */
public final class RowInserter implements AutoCloseable {

  private static final int BATCH = 1_000;

  /** By the table's ordinal. */
  private final List<Batch> batches = new ArrayList<>();

  RowInserter(Connection connection) throws SQLException {
    for (SourceTable table : SourceTable.values()) {
      String columns =
          table.columns().stream()
              .map(SourceTable.Column::quoted)
              .collect(Collectors.joining(", "));
      String places = String.join(", ", Collections.nCopies(table.columns().size(), "?"));
      batches.add(
          new Batch(
              connection.prepareStatement(
                  "INSERT INTO %s (%s) VALUES (%s)".formatted(table.table(), columns, places))));
    }
  }

  /**
   * @param values one for each column of the table, in their order: Long, String, Double or
   *     LocalDateTime as the column's type says, or null
   */
  public void add(SourceTable table, List<? extends @Nullable Object> values) {
    try {
      batches.get(table.ordinal()).add(values);
    } catch (SQLException e) {
      throw SourceDatabase.failure("insert into " + table.table(), e);
    }
  }

  Map<SourceTable, Long> finish() throws SQLException {
    Map<SourceTable, Long> rows = new EnumMap<>(SourceTable.class);
    for (SourceTable table : SourceTable.values()) {
      rows.put(table, batches.get(table.ordinal()).flush());
    }
    return rows;
  }

  @Override
  public void close() throws SQLException {
    for (Batch batch : batches) {
      batch.insert.close();
    }
  }

  private static final class Batch {
    private final PreparedStatement insert;
    private long rows;

    Batch(PreparedStatement insert) {
      this.insert = insert;
    }

    void add(List<? extends @Nullable Object> values) throws SQLException {
      for (int i = 0; i < values.size(); i++) {
        insert.setObject(i + 1, values.get(i));
      }
      insert.addBatch();
      if (++rows % BATCH == 0) {
        insert.executeBatch();
      }
    }

    long flush() throws SQLException {
      if (rows % BATCH != 0) {
        insert.executeBatch();
      }
      return rows;
    }
  }
}
