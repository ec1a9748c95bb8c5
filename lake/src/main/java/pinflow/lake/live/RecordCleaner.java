package pinflow.lake.live;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.plans.logical.LocalRelation;
import org.apache.spark.sql.catalyst.types.DataTypeUtils;
import org.apache.spark.sql.execution.ProjectExec;
import org.apache.spark.sql.execution.RDDScanExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import pinflow.lake.kinesis.KinesisSource;
import pinflow.lake.rules.Cleaning;
import scala.Option;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Cleans small batches on the driver, by the plan that Spark makes of the rules: made once, since
 * to make it takes longer than to clean a hundred records. Not safe for several threads.
 */
final class RecordCleaner {
  private final List<UnsafeProjection> steps;
  private final StructType schema;
  private final int ind;
  private final int content;
  private final int timestamp;

  private RecordCleaner(List<UnsafeProjection> steps, StructType schema) {
    this.steps = steps;
    this.schema = schema;
    this.ind = schema.fieldIndex("ind");
    this.content = schema.fieldIndex("content");
    this.timestamp = schema.fieldIndex("_timestamp");
  }

  /** By the rules of a table. */
  static RecordCleaner of(SparkSession spark, String table) {
    Dataset<Row> records =
        spark.createDataFrame(
            JavaSparkContext.fromSparkContext(spark.sparkContext()).<Row>emptyRDD(),
            KinesisSource.SCHEMA);
    Dataset<Row> cleaned = Cleaning.clean(StreamRecords.of(records), table);
    LinkedList<UnsafeProjection> steps = new LinkedList<>();
    SparkPlan plan = cleaned.queryExecution().executedPlan();
    while (plan instanceof ProjectExec step) {
      steps.addFirst(projection(step));
      plan = step.child();
    }
    if (!(plan instanceof RDDScanExec)) {
      throw new IllegalStateException("The rules are no longer projections alone: " + plan);
    }
    return new RecordCleaner(steps, cleaned.schema());
  }

  @SuppressWarnings("unchecked") // Scala's sequences are covariant.
  private static UnsafeProjection projection(ProjectExec step) {
    UnsafeProjection projection =
        UnsafeProjection.create(
            (Seq<Expression>) (Seq<?>) step.projectList(), (Seq<Attribute>) step.child().output());
    projection.initialize(0);
    return projection;
  }

  /**
   * Reads a batch and cleans it.
   *
   * @param records as the source {@code kinesis} has them
   * @return as {@link Cleaning} has them
   */
  List<CleanedRecord> clean(Dataset<Row> records) {
    List<CleanedRecord> cleaned = new ArrayList<>();
    for (InternalRow record : records.queryExecution().executedPlan().executeCollect()) {
      InternalRow row = record;
      for (UnsafeProjection step : steps) {
        row = step.apply(row);
      }
      cleaned.add(
          new CleanedRecord(
              row.copy(),
              row.isNullAt(ind) ? null : (Long) row.getLong(ind),
              !row.isNullAt(content),
              row.getLong(timestamp) / 1000));
    }
    return cleaned;
  }

  /**
   * A record.
   *
   * @param kept whether it breaks no rule
   * @param arrival in milliseconds since 1970
   */
  record CleanedRecord(InternalRow row, @Nullable Long ind, boolean kept, long arrival) {
    long keptInd() {
      return java.util.Objects.requireNonNull(ind);
    }
  }

  /** Records as Spark takes them. */
  Dataset<Row> rows(SparkSession spark, List<CleanedRecord> records) {
    InternalRow[] rows = records.stream().map(CleanedRecord::row).toArray(InternalRow[]::new);
    return org.apache.spark.sql.classic.Dataset.ofRows(
        (org.apache.spark.sql.classic.SparkSession) spark,
        new LocalRelation(
            attributes(schema),
            CollectionConverters.asScala(Arrays.asList(rows)).toSeq(),
            false,
            Option.empty()));
  }

  @SuppressWarnings("unchecked") // Scala's sequences are covariant.
  private static Seq<Attribute> attributes(StructType schema) {
    return (Seq<Attribute>) (Seq<?>) DataTypeUtils.toAttributes(schema);
  }
}
