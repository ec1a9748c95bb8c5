package pinflow.lake.live;

import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.BasePredicate;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Predicate$;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.execution.FilterExec;
import org.apache.spark.sql.execution.ProjectExec;
import org.apache.spark.sql.execution.RDDScanExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.Seq;

/**
 * What a query does to rows, planned once and carried out on the driver: for a hundred rows Spark
 * takes longer to plan than to carry out. Not safe for several threads.
 *
 * @param schema of the rows that it gives
 */
record RowFunction(List<Step> steps, StructType schema) {
  /** Gives null for a row that is left out. */
  private interface Step {
    @Nullable InternalRow apply(InternalRow row);
  }

  /**
   * Plans a query of selections and conditions alone.
   *
   * @param input the schema of the rows that it takes
   */
  static RowFunction of(SparkSession spark, StructType input, UnaryOperator<Dataset<Row>> query) {
    Dataset<Row> none =
        spark.createDataFrame(
            JavaSparkContext.fromSparkContext(spark.sparkContext()).<Row>emptyRDD(), input);
    Dataset<Row> rows = query.apply(none);
    LinkedList<Step> steps = new LinkedList<>();
    SparkPlan plan = rows.queryExecution().executedPlan();
    while (!(plan instanceof RDDScanExec)) {
      if (plan instanceof ProjectExec project) {
        steps.addFirst(selection(project));
        plan = project.child();
      } else if (plan instanceof FilterExec filter) {
        steps.addFirst(condition(filter));
        plan = filter.child();
      } else {
        throw new IllegalArgumentException("Not a query of rows one by one: " + plan);
      }
    }
    return new RowFunction(List.copyOf(steps), rows.schema());
  }

  @SuppressWarnings("unchecked") // Scala's sequences are covariant.
  private static Step selection(ProjectExec project) {
    UnsafeProjection projection =
        UnsafeProjection.create(
            (Seq<Expression>) (Seq<?>) project.projectList(), project.child().output());
    projection.initialize(0);
    return projection::apply;
  }

  private static Step condition(FilterExec filter) {
    Seq<Attribute> input = filter.child().output();
    BasePredicate condition = Predicate$.MODULE$.create(filter.condition(), input);
    condition.initialize(0);
    return row -> condition.eval(row) ? row : null;
  }

  /** The rows that become of these. */
  List<InternalRow> apply(Iterable<InternalRow> rows) {
    List<InternalRow> results = new ArrayList<>();
    for (InternalRow row : rows) {
      InternalRow result = apply(row);
      if (result != null) {
        results.add(result.copy());
      }
    }
    return results;
  }

  private @Nullable InternalRow apply(InternalRow row) {
    InternalRow result = row;
    for (Step step : steps) {
      result = step.apply(result);
      if (result == null) {
        return null;
      }
    }
    return result;
  }
}
