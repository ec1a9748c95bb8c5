package pinflow.lake.rules;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_compact;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.substring_index;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import pinflow.lake.tables.LakeTables;

/** Applies the rules of facts/cleaning.md to records as they came. */
public final class Cleaning {
  /** The tables, which are the suffixes of the topics. */
  public static final List<String> TABLES = TableRules.ALL.stream().map(TableRules::table).toList();

  /** Where an event is in the log, and the log's time of it. */
  public static final List<String> PROVENANCE =
      List.of("_topic", "_partition", "_offset", "_timestamp");

  static final String NOT_AN_OBJECT = "record.not-an-object";

  private static final UserDefinedFunction READ =
      udf(
          (UDF1<String, Row>)
              record -> {
                Object[] fields = RecordReader.read(record);
                return fields == null ? null : RowFactory.create(fields);
              },
          Field.STRUCT);

  private Cleaning() {}

  /**
   * Cleans records of all three topics.
   *
   * @param records {@code raw STRING} (a record's value as sent, or null), {@code _topic}, {@code
   *     _partition}, {@code _offset}, {@code _timestamp}; those of topics that do not end in {@code
   *     .pin}, {@code .geo} or {@code .user} are dropped
   * @return a row for each: the provenance; {@code table STRING}; {@code rules ARRAY<STRING>}, the
   *     names of the rules broken; {@code raw STRING}, null unless one is; {@code ind BIGINT}, null
   *     when invalid; {@code pin}, {@code geo}, {@code user}, of which the table's is a struct of
   *     its cleaned columns if no rule is broken and the others null; {@code content BINARY}, the
   *     SHA-256 of that struct
   */
  public static Dataset<Row> clean(Dataset<Row> records) {
    return judged(
        records
            .withColumn("table", substring_index(col("_topic"), ".", -1))
            .where(col("table").isin(TABLES.toArray())),
        TableRules.ALL);
  }

  /**
   * As the one above, of records that are all of one table, whatever their topic is called.
   *
   * @param table one of {@link #TABLES}
   */
  public static Dataset<Row> clean(Dataset<Row> records, String table) {
    return judged(
        records.withColumn("table", lit(table)),
        TableRules.ALL.stream().filter(rules -> rules.table().equals(table)).toList());
  }

  /**
   * @param tables those that the records are of: to plan the rules of all takes seconds
   */
  private static Dataset<Row> judged(Dataset<Row> records, List<TableRules> tables) {
    Dataset<Row> read = records.withColumn(Field.RECORD, READ.apply(col("raw")));
    List<Column> values = new ArrayList<>(List.of(col("*"), TableRules.IND_VALUE.as("ind")));
    tables.forEach(table -> table.values().forEach((name, value) -> values.add(value.as(name))));
    Dataset<Row> judged =
        read.select(values.toArray(Column[]::new)).withColumn("rules", broken(tables));
    List<Column> columns = new ArrayList<>();
    PROVENANCE.forEach(name -> columns.add(col(name)));
    columns.addAll(List.of(col("table"), col("rules"), col("ind")));
    columns.add(when(size(col("rules")).gt(0), col("raw")).as("raw"));
    for (TableRules table : TableRules.ALL) {
      Column row = tables.contains(table) ? kept(table) : lit(null).cast(row(table.table()));
      columns.add(row.as(table.table()));
    }
    Dataset<Row> kept = judged.select(columns.toArray(Column[]::new));
    return kept.withColumn("content", content(kept.schema(), tables));
  }

  /** The names of the rules broken, in the rules' order. */
  private static Column broken(List<TableRules> tables) {
    Column broken = when(col(Field.RECORD).isNull(), array(lit(NOT_AN_OBJECT)));
    for (TableRules table : tables) {
      Column[] names =
          table.rules().stream()
              .map(rule -> when(rule.broken(), lit(rule.name())))
              .toArray(Column[]::new);
      broken = broken.when(col("table").equalTo(table.table()), array_compact(array(names)));
    }
    return broken;
  }

  private static Column kept(TableRules table) {
    List<Column> row = new ArrayList<>(List.of(col("ind")));
    table.values().keySet().forEach(name -> row.add(col(name)));
    return when(
        col("table").equalTo(table.table()).and(size(col("rules")).equalTo(0)),
        struct(row.toArray(Column[]::new)));
  }

  /** The columns of a table's struct. */
  private static StructType row(String table) {
    return new StructType(
        Arrays.stream(LakeTables.schema(table).fields())
            .filter(field -> !PROVENANCE.contains(field.name()))
            .toArray(StructField[]::new));
  }

  private static Column content(StructType schema, List<TableRules> tables) {
    return coalesce(
        tables.stream()
            .map(TableRules::table)
            .map(
                table ->
                    when(
                        col(table).isNotNull(),
                        Content.hash(table, (StructType) schema.apply(table).dataType())))
            .toArray(Column[]::new));
  }
}
