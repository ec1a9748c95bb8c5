package pinflow.lake.answers;

import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.not;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
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
    return tables.small().lastCommit(SOURCES, APPLICATION) >= batch;
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
    // A version asked for above may have been of a later batch, if a table has one by now.
    if (Stream.of("pin", "geo", "user")
        .anyMatch(table -> tables.lastCommit(table, Daily.APPLICATION) > batch)) {
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
    Dataset<Row> rows = LakeTables.computedOnce(spark.sql(Question.resource(name)));
    rows.createOrReplaceTempView(name);
    return rows;
  }

  private long view(String table) {
    long version = tables.version(table);
    tables.read(table, version).createOrReplaceTempView(table);
    return version;
  }

  private void write(long batch, List<Long> versions, Row counts) {
    Map<Question, OptionalLong> written = new ConcurrentHashMap<>();
    tables.atOnce(
        Question.ALL.stream().<Runnable>map(q -> () -> written.put(q, write(q))).toList());
    List<Row> sources = new ArrayList<>();
    for (Question question : Question.ALL) {
      OptionalLong version = Objects.requireNonNull(written.get(question));
      if (version.isEmpty()) {
        return;
      }
      int place = 3 * Question.ALL.indexOf(question);
      sources.add(
          RowFactory.create(
              question.name(),
              version.getAsLong(),
              versions.get(0),
              versions.get(1),
              versions.get(2),
              counts.getLong(place),
              counts.getLong(place + 1),
              counts.getLong(place + 2),
              batch));
    }
    tables.small().overwrite(SOURCES, LakeTables.schema(SOURCES), sources);
  }

  private OptionalLong write(Question question) {
    Dataset<Row> answer = tables.spark().sql(question.sql());
    return tables.small().overwrite(question.table(), answer.schema(), answer.collectAsList());
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
