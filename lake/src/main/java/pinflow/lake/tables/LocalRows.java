package pinflow.lake.tables;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.plans.logical.LocalRelation;
import org.apache.spark.sql.catalyst.types.DataTypeUtils;
import org.apache.spark.sql.types.StructType;
import scala.Option;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Rows between the driver and Spark, as Spark itself has them. */
public final class LocalRows {
  private LocalRows() {}

  /** A query's rows. */
  public static List<InternalRow> collect(Dataset<Row> query) {
    return Arrays.asList(query.queryExecution().executedPlan().executeCollect());
  }

  /** Rows as Spark takes them. */
  @SuppressWarnings("unchecked") // Scala's sequences are covariant.
  public static Dataset<Row> dataset(
      SparkSession spark, StructType schema, List<InternalRow> rows) {
    return org.apache.spark.sql.classic.Dataset.ofRows(
        (org.apache.spark.sql.classic.SparkSession) spark,
        new LocalRelation(
            (Seq<Attribute>) (Seq<?>) DataTypeUtils.toAttributes(schema),
            CollectionConverters.asScala(rows).toSeq(),
            false,
            Option.empty()));
  }
}
