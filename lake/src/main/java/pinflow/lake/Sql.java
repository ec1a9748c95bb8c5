package pinflow.lake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.analysis.UnresolvedExecuteImmediate;
import org.apache.spark.sql.catalyst.plans.logical.CloneTableStatement;
import org.apache.spark.sql.catalyst.plans.logical.Command;
import org.apache.spark.sql.catalyst.plans.logical.DescribeColumn;
import org.apache.spark.sql.catalyst.plans.logical.DescribeRelation;
import org.apache.spark.sql.catalyst.plans.logical.ExecutableDuringAnalysis;
import org.apache.spark.sql.catalyst.plans.logical.InsertIntoDir;
import org.apache.spark.sql.catalyst.plans.logical.InsertIntoStatement;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.RestoreTableStatement;
import org.apache.spark.sql.catalyst.plans.logical.ScriptTransformation;
import org.apache.spark.sql.catalyst.plans.logical.ShowColumns;
import org.apache.spark.sql.catalyst.plans.logical.ShowTables;
import org.apache.spark.sql.execution.command.DescribeQueryCommand;
import org.apache.spark.sql.execution.command.ExplainCommand;
import org.jspecify.annotations.Nullable;
import pinflow.lake.tables.LakeException;
import pinflow.lake.tables.Steps;

/** Asks the tables anything, and lets nothing change them. */
final class Sql {
  /** Statements that Spark counts as commands but that only read. */
  private static final Set<Class<? extends LogicalPlan>> READING =
      Set.of(
          DescribeColumn.class,
          DescribeRelation.class,
          DescribeQueryCommand.class,
          ExplainCommand.class,
          ShowColumns.class,
          ShowTables.class);

  /** What changes something, or runs a statement or a program that may, and is no command. */
  private static final Set<Class<?>> WRITING =
      Set.of(
          CloneTableStatement.class,
          ExecutableDuringAnalysis.class,
          InsertIntoDir.class,
          InsertIntoStatement.class,
          RestoreTableStatement.class,
          ScriptTransformation.class,
          UnresolvedExecuteImmediate.class);

  private final SparkSession spark;
  private final String location;
  private final Set<String> registered = new HashSet<>();

  Sql(SparkSession spark, String location) {
    this.spark = spark;
    this.location = location;
  }

  record Column(String name, String type) {}

  /**
   * @param rows of JSON values: times as ISO-8601 texts, bytes as hexadecimal texts
   * @param truncated whether there are more rows
   */
  record Answer(List<Column> columns, List<List<@Nullable Object>> rows, boolean truncated) {}

  /**
   * Answers a statement over {@code pin}, {@code geo}, {@code user}, {@code quarantine}, {@code
   * events}, {@code batches}, {@code answers.<name>} and the live way's tables, all at their newest
   * versions.
   *
   * @throws LakeException if the statement is not Spark's SQL, writes, or fails
   */
  Answer run(String query, int limit) {
    try {
      refuseWrites(spark.sessionState().sqlParser().parsePlan(query));
      register();
      Dataset<Row> result = spark.sql(query);
      List<Row> rows = result.limit((int) Math.min(limit + 1L, Integer.MAX_VALUE)).collectAsList();
      return new Answer(
          Arrays.stream(result.schema().fields())
              .map(field -> new Column(field.name(), field.dataType().sql()))
              .toList(),
          rows.stream().limit(limit).map(JsonValues::of).toList(),
          rows.size() > limit);
    } catch (Exception e) {
      throw sparkSays(e);
    }
  }

  /**
   * The answer to the last of the statements; each is a step.
   *
   * @throws LakeException as {@link #run}, or if there is none
   */
  Answer runAll(String text, int limit, Steps steps) {
    List<String> statements = Statements.of(text);
    Answer answer = null;
    for (int i = 0; i < statements.size(); i++) {
      String statement = statements.get(i);
      int most = i == statements.size() - 1 ? limit : 0;
      answer = steps.time("statement " + (i + 1), () -> run(statement, most));
    }
    if (answer == null) {
      throw LakeException.asked(
          "There is no statement. Write one, such as SELECT count(*) FROM pin.");
    }
    return answer;
  }

  private static void refuseWrites(LogicalPlan plan) {
    if (plan.exists(Sql::writes)) {
      throw LakeException.asked(
          "The statement would change something, and only reading is allowed here. Ask with SELECT, SHOW TABLES or DESCRIBE.");
    }
  }

  private static boolean writes(LogicalPlan plan) {
    return plan instanceof Command
        ? !READING.contains(plan.getClass())
        : WRITING.stream().anyMatch(kind -> kind.isInstance(plan));
  }

  private void register() throws IOException {
    List<String> tables = new ArrayList<>(tables(""));
    if (!tables.contains("events")) {
      // A first daily run is under way, or there was none: then there are those of the live way.
      tables.removeIf(table -> !table.contains("_"));
    }
    if (tables.isEmpty()) {
      throw LakeException.asked(
          "There is nothing to ask at %s yet, since no daily run has ended there and nothing came by a stream. Run pinflow run daily first."
              .formatted(location));
    }
    for (String table : tables) {
      // The catalog takes no others; an id may have a hyphen.
      register("`%s`".formatted(table.replaceAll("\\W", "_")), table);
    }
    for (String table : tables("answers/")) {
      register("answers.`%s`".formatted(table), "answers/" + table);
    }
  }

  /** In the session's own catalog, which ends with it; nothing is written at the location. */
  private void register(String name, String folder) {
    if (registered.isEmpty()) {
      spark.sql("CREATE DATABASE IF NOT EXISTS answers");
    }
    if (!registered.contains(name)) {
      spark.sql(
          "CREATE TABLE IF NOT EXISTS %s USING delta LOCATION '%s/%s'"
              .formatted(name, location.replace("'", "\\'"), folder));
      registered.add(name);
    }
  }

  private List<String> tables(String folder) throws IOException {
    Path path = new Path(location + "/" + folder);
    FileSystem files = path.getFileSystem(spark.sessionState().newHadoopConf());
    List<String> tables = new ArrayList<>();
    if (files.exists(path)) {
      for (FileStatus status : files.listStatus(path)) {
        if (files.exists(new Path(status.getPath(), "_delta_log"))) {
          tables.add(status.getPath().getName());
        }
      }
    }
    return tables;
  }

  /** Spark's own words, without its plans and traces, when it blames the statement. */
  private static RuntimeException sparkSays(Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof LakeException ours) {
        return ours;
      }
      if (cause instanceof SparkThrowable spark
          && spark.getCondition() != null
          && !spark.isInternalError()) {
        String words = String.valueOf(cause.getMessage()).strip().lines().findFirst().orElse("");
        return LakeException.asked(
            "The query cannot be answered: %s Mend it and ask again; SHOW TABLES and DESCRIBE tell what is there."
                .formatted(words),
            failure);
      }
    }
    return failure instanceof IOException io
        ? new UncheckedIOException(io)
        : failure instanceof RuntimeException runtime
            ? runtime
            : new IllegalStateException(failure);
  }
}
