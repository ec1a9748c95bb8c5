package pinflow.lake.answers;

import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.not;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import pinflow.lake.batch.Daily;
import pinflow.lake.tables.LakeTables;
import pinflow.lake.tables.Transaction;

/** Answers the questions from the tables, into tables. */
public final class Answers {
  private static final String APPLICATION = "pinflow-answers";
  private static final String SOURCES = "answers/sources";
  private static final List<String> VIEWS = List.of("pin", "geo", "user", "posts", "users");

  private final LakeTables tables;

  public Answers(LakeTables tables) {
    this.tables = tables;
  }

  /** The names of all tables that the answers are in. */
  public static List<String> tables() {
    List<String> names = new ArrayList<>(Question.ALL.stream().map(Question::table).toList());
    names.add(SOURCES);
    return names;
  }

  /** Whether the answers are those of a batch. */
  public boolean areOf(long batch) {
    return tables.lastCommit(SOURCES, APPLICATION) >= batch;
  }

  /**
   * What a run has still to do, since it was killed or runs: old versions of tables are read until
   * then.
   *
   * @return in words; nothing when tables and answers are of the last batch
   */
  public Optional<String> pending(Daily daily) {
    if (daily.isUnfinished()) {
      return Optional.of("A batch is planned and not done; it needs old versions of tables");
    }
    return daily.done() < 0 || areOf(daily.done())
        ? Optional.empty()
        : Optional.of("The last batch's answers are not all written; older ones are still read");
  }

  /**
   * Writes a table {@code answers/<name>} for each question, its rows in one file in the stated
   * order, and then {@code answers/sources}, which names the versions that belong together.
   *
   * <p>Writes none when another process is at a later batch, whose answers are then its to write.
   *
   * @param batch the number of the batch of which the tables are
   */
  public void write(long batch) {
    SparkSession spark = tables.spark();
    List<Long> versions = List.of(view("pin"), view("geo"), view("user"));
    if (isOvertaken(List.of("pin", "geo", "user"), Daily.APPLICATION, batch)) {
      return;
    }
    Dataset<Row> posts = view("posts", spark);
    view("users", spark);
    try {
      tables.inTransaction(
          new Transaction(APPLICATION, batch), () -> write(batch, versions, counts(posts)));
    } finally {
      // A statement of sql would take them for the tables.
      VIEWS.forEach(spark.catalog()::dropTempView);
    }
  }

  private static Dataset<Row> view(String name, SparkSession spark) {
    Dataset<Row> rows = LakeTables.computedOnce(spark.sql(Question.resource(name)).coalesce(1));
    rows.createOrReplaceTempView(name);
    return rows;
  }

  /** Whether a table may have been of a later batch when its version was asked for before. */
  private boolean isOvertaken(List<String> names, String application, long batch) {
    return names.stream().anyMatch(table -> tables.lastCommit(table, application) > batch);
  }

  private long view(String table) {
    long version = tables.version(table);
    tables.read(table, version).createOrReplaceTempView(table);
    return version;
  }

  private void write(long batch, List<Long> versions, Row counts) {
    tables.atOnce(Question.ALL.stream().<Runnable>map(q -> () -> write(q)).toList());
    List<Row> sources = new ArrayList<>();
    for (Question question : Question.ALL) {
      int place = 3 * Question.ALL.indexOf(question);
      sources.add(
          RowFactory.create(
              question.name(),
              tables.version(question.table()),
              versions.get(0),
              versions.get(1),
              versions.get(2),
              counts.getLong(place),
              counts.getLong(place + 1),
              counts.getLong(place + 2),
              batch));
    }
    if (isOvertaken(Question.ALL.stream().map(Question::table).toList(), APPLICATION, batch)) {
      return;
    }
    tables.overwrite(SOURCES, local(sources, LakeTables.schema(SOURCES)));
  }

  private void write(Question question) {
    Dataset<Row> answer = tables.spark().sql(question.sql());
    // Collected first: of a sorted dataset in several parts no order of the file is promised.
    tables.overwrite(question.table(), local(answer.collectAsList(), answer.schema()));
  }

  private Dataset<Row> local(List<Row> rows, StructType schema) {
    return tables.spark().createDataFrame(rows, schema).coalesce(1);
  }

  /** Used, unmatched and left out of each question, in one pass. */
  private static Row counts(Dataset<Row> posts) {
    List<Column> counts = new ArrayList<>();
    for (Question question : Question.ALL) {
      Column joined = expr(question.joined());
      Column used = joined.and(expr(question.used()));
      counts.add(count_if(used));
      counts.add(count_if(expr(question.unmatched())));
      counts.add(count_if(joined.and(not(used))));
    }
    return posts.select(counts.toArray(Column[]::new)).head();
  }
}
