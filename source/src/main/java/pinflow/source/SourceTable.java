package pinflow.source;

import java.util.List;
import java.util.Locale;

/**
 * The three tables, named as the topics end. Columns are in the order in which {@code SELECT *} of
 * the original gives them; the first joins the three.
 */
public enum SourceTable {
  PIN(
      "pinterest_data",
      List.of(
          new Column("index", Type.BIGINT),
          new Column("unique_id", Type.TEXT),
          new Column("title", Type.TEXT),
          new Column("description", Type.TEXT),
          new Column("poster_name", Type.TEXT),
          new Column("follower_count", Type.TEXT),
          new Column("tag_list", Type.TEXT),
          new Column("is_image_or_video", Type.TEXT),
          new Column("image_src", Type.TEXT),
          new Column("downloaded", Type.BIGINT),
          new Column("save_location", Type.TEXT),
          new Column("category", Type.TEXT))),
  GEO(
      "geolocation_data",
      List.of(
          new Column("ind", Type.BIGINT),
          new Column("timestamp", Type.DATETIME),
          new Column("latitude", Type.DOUBLE),
          new Column("longitude", Type.DOUBLE),
          new Column("country", Type.TEXT))),
  USER(
      "user_data",
      List.of(
          new Column("ind", Type.BIGINT),
          new Column("first_name", Type.TEXT),
          new Column("last_name", Type.TEXT),
          new Column("age", Type.BIGINT),
          new Column("date_joined", Type.DATETIME)));

  /** Column types, named as in SQL. All may be null. */
  public enum Type {
    BIGINT,
    TEXT,
    DOUBLE,
    DATETIME
  }

  /** A column of a source table. */
  public record Column(String name, Type type) {
    /** In backquotes: {@code index} is a reserved word. */
    String quoted() {
      return "`" + name + "`";
    }
  }

  private final String table;
  private final List<Column> columns;

  SourceTable(String table, List<Column> columns) {
    this.table = table;
    this.columns = columns;
  }

  /** The table's name in the database. */
  public String table() {
    return table;
  }

  public List<Column> columns() {
    return columns;
  }

  /** The column that joins the tables: {@code index} or {@code ind}. */
  public Column key() {
    return columns.get(0);
  }

  /** {@code pin}, {@code geo}, {@code user}. */
  public String suffix() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The name of the table's file in an export: {@code pin.jsonl}. */
  public String file() {
    return suffix() + ".jsonl";
  }
}
