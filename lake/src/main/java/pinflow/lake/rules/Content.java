package pinflow.lake.rules;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.format_string;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.octet_length;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.unhex;
import static org.apache.spark.sql.functions.unix_micros;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** What two events must share to be repeats of each other. */
final class Content {
  private Content() {}

  /**
   * The SHA-256 of a struct column's fields, each as {@code <bytes of its text>:<its text>}, {@code
   * N} for null, so that no two contents have one encoding. Texts: numbers in decimal, doubles in
   * C's hexadecimal form (exact, and the same from every JDK), times in microseconds since 1970.
   */
  static Column hash(String struct, StructType type) {
    Column[] fields =
        java.util.Arrays.stream(type.fields())
            .map(field -> encoded(text(col(struct + "." + field.name()), field)))
            .toArray(Column[]::new);
    return unhex(sha2(concat(fields).cast(DataTypes.BinaryType), 256));
  }

  private static Column encoded(Column text) {
    return coalesce(concat(octet_length(text), lit(":"), text), lit("N"));
  }

  private static Column text(Column value, StructField field) {
    if (field.dataType().equals(DataTypes.TimestampType)) {
      return unix_micros(value).cast(DataTypes.StringType);
    }
    if (field.dataType() instanceof ArrayType) {
      return concat_ws(",", transform(value, number -> format_string("%a", number)));
    }
    return value.cast(DataTypes.StringType);
  }
}
