package pinflow.source;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A table in pages by its key. A page ends with the last row of a key, never in the middle of one,
 * and is not cut with {@code LIMIT n, m}, which reads n rows to drop them.
 */
final class RowPages implements Iterator<Row> {

  /** Rows of a page; rows that share its last key come on top. */
  static final int ROWS = 2_000;

  private final SourceDatabase database;
  private final SourceTable table;
  private final int pageRows;

  private Iterator<Row> page;

  /** The least key not yet read; null when all are. */
  private @Nullable Long from = Long.MIN_VALUE;

  /** Begins with the rows whose key is null: nothing that the table holds is passed over. */
  RowPages(SourceDatabase database, SourceTable table, int pageRows) {
    this.database = database;
    this.table = table;
    this.pageRows = pageRows;
    this.page = select("IS NULL").iterator();
  }

  @Override
  public boolean hasNext() {
    Long next = from;
    while (!page.hasNext() && next != null) {
      OptionalLong last = lastOfPage(next);
      if (last.isPresent()) {
        page = select("BETWEEN ? AND ?", next, last.getAsLong()).iterator();
        next = last.getAsLong() == Long.MAX_VALUE ? null : last.getAsLong() + 1;
      } else {
        page = select(">= ?", next).iterator();
        next = null;
      }
      from = next;
    }
    return page.hasNext();
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return page.next();
  }

  private OptionalLong lastOfPage(long first) {
    String key = table.key().quoted();
    return database.read(
        "read " + table.table(),
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT %s FROM %s WHERE %s >= ? ORDER BY %s LIMIT 1 OFFSET %s"
                      .formatted(key, table.table(), key, key, pageRows - 1))) {
            select.setLong(1, first);
            try (ResultSet result = select.executeQuery()) {
              return result.next() ? OptionalLong.of(result.getLong(1)) : OptionalLong.empty();
            }
          }
        });
  }

  private List<Row> select(String condition, long... bounds) {
    String query =
        "SELECT * FROM %s WHERE %s %s".formatted(table.table(), table.key().quoted(), condition);
    return database.read("read " + table.table(), connection -> select(connection, query, bounds));
  }

  private List<Row> select(Connection connection, String query, long... bounds)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(query)) {
      for (int i = 0; i < bounds.length; i++) {
        select.setLong(i + 1, bounds[i]);
      }
      List<Row> rows = read(select, table);
      // Here, not by ORDER BY: this sort is stable, so that rows of one key stay in the order of
      // insertion, in which the
      // server reads them with and without an index.
      rows.sort(Comparator.comparing(Row::ind, Comparator.nullsFirst(Comparator.naturalOrder())));
      return rows;
    }
  }

  static List<Row> read(PreparedStatement select, SourceTable table) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (ResultSet result = select.executeQuery()) {
      ResultSetMetaData columns = result.getMetaData();
      int key = result.findColumn(table.key().name());
      while (result.next()) {
        ObjectNode value = JsonNodeFactory.instance.objectNode();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
          put(value, columns.getColumnLabel(i), columns.getColumnType(i), result, i);
        }
        long ind = result.getLong(key);
        rows.add(new Row(result.wasNull() ? null : ind, value));
      }
    }
    return rows;
  }

  private static void put(ObjectNode value, String name, int type, ResultSet result, int i)
      throws SQLException {
    switch (type) {
      case Types.BIGINT, Types.INTEGER, Types.SMALLINT, Types.TINYINT, Types.DECIMAL ->
          value.put(name, result.getBigDecimal(i));
      case Types.DOUBLE, Types.FLOAT, Types.REAL -> {
        double number = result.getDouble(i);
        value.put(name, result.wasNull() ? null : Double.valueOf(number));
      }
      // Datetimes too: their text is in MySQL's own form.
      default -> value.put(name, result.getString(i));
    }
  }
}
