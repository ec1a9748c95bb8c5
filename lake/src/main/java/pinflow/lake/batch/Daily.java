package pinflow.lake.batch;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import pinflow.lake.tables.LakeException;
import pinflow.lake.tables.LakeSession;
import pinflow.lake.tables.LakeTables;
import pinflow.lake.tables.Steps;

/**
 * Takes what is new in the store into the tables: first a batch that an earlier run or replay
 * planned and did not finish, if there is one, then a batch of all else.
 */
public final class Daily {
  /** Under which, with a batch's number, the tables are committed to. */
  public static final String APPLICATION = "pinflow-daily";

  /**
   * Objects that a task reads one after the other, at least; more tasks cost more than they bring.
   */
  private static final int OBJECTS_PER_TASK = 4;

  private static final int EVENTS_OF_A_POST = 3;

  private final LakeTables tables;
  private final Batches batches;
  private final Store store;
  private final String id;

  /**
   * @param id of which the topics are {@code <id>.pin}, {@code <id>.geo} and {@code <id>.user}
   */
  public Daily(LakeTables tables, Store store, String id) {
    this.tables = tables;
    this.batches = new Batches(tables);
    this.store = store;
    this.id = id;
  }

  /**
   * What a run took in.
   *
   * @param batch the number of its last batch, from 0; null when nothing was new
   * @param outcomes the numbers of events by table and outcome
   */
  public record Taken(
      @Nullable Long batch, int objects, long events, Map<String, Map<String, Long>> outcomes) {
    private static final Taken NOTHING = new Taken(null, 0, 0, Map.of());

    private Taken and(Carried carried) {
      Map<String, Map<String, Long>> sum = new TreeMap<>();
      for (var part : List.of(outcomes, carried.tally.outcomes())) {
        part.forEach(
            (table, counts) ->
                counts.forEach(
                    (outcome, n) ->
                        sum.computeIfAbsent(table, t -> new TreeMap<>())
                            .merge(outcome, n, Long::sum)));
      }
      int more = carried.plan instanceof Plan.OfObjects plan ? plan.objects().size() : 0;
      return new Taken(carried.plan.batch(), objects + more, events + carried.tally.events(), sum);
    }
  }

  /** A plan that has been carried out. */
  record Carried(Plan plan, Tally tally) {}

  /**
   * Takes in what is new; the first run makes the tables.
   *
   * <p>Two runs at once do each other no harm: both carry out the plan that was first.
   *
   * @throws LakeException when the store cannot be read or an object is not as the sink wrote it
   */
  public Taken run(Steps steps) {
    Taken taken = finish(steps).map(Taken.NOTHING::and).orElse(Taken.NOTHING);
    Optional<Plan> next = steps.time("plan", () -> batches.next(Bucket.of(store), id));
    return next.map(plan -> taken.and(begin(plan, steps))).orElse(taken);
  }

  /** Carries out a plan that is not written down, or the one that is in its place. */
  Carried begin(Plan plan, Steps steps) {
    Plan[] first = {plan};
    Optional<Tally> tally =
        batch(plan, steps)
            .run(
                records(plan),
                () -> {
                  first[0] = steps.time("plan", () -> batches.agree(plan));
                  return first[0].equals(plan);
                });
    return tally.map(done -> new Carried(plan, done)).orElseGet(() -> finish(first[0], steps));
  }

  /** Carries out the plan that is written down and not done, if there is one. */
  Optional<Carried> finish(Steps steps) {
    return steps.time("plan", batches::unfinished).map(plan -> finish(plan, steps));
  }

  private Carried finish(Plan plan, Steps steps) {
    Dataset<Row> records =
        plan instanceof Plan.OfObjects objects
            ? records(Batches.holding(objects, Bucket.of(store)))
            : records(plan);
    return new Carried(plan, batch(plan, steps).run(records, () -> true).orElseThrow());
  }

  private Batch batch(Plan plan, Steps steps) {
    LakeSession.fit(tables.spark(), plan.most() / EVENTS_OF_A_POST);
    return new Batch(tables, plan, steps);
  }

  /** Whether a batch was planned and is not done: a run that was killed, or runs. */
  public boolean isUnfinished() {
    return batches.unfinished().isPresent();
  }

  /** The number of the last batch that is done; -1 before the first. */
  public long done() {
    return batches.done();
  }

  /** About how many posts all batches have brought. */
  public long posts() {
    return batches.events() / EVENTS_OF_A_POST;
  }

  private Dataset<Row> records(Plan plan) {
    return plan instanceof Plan.OfQuarantine replay
        ? new Replayed(tables, replay).records()
        : records(((Plan.OfObjects) plan).objects());
  }

  private Dataset<Row> records(List<StoredObject> planned) {
    SparkSession spark = tables.spark();
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    // In the log's order, so that each task has its share of the long pins.
    List<StoredObject> objects =
        planned.stream().sorted(Comparator.comparingLong(StoredObject::firstOffset)).toList();
    int tasks =
        Math.max(
            Math.min(objects.size(), context.defaultParallelism()),
            objects.size() / OBJECTS_PER_TASK);
    return spark.createDataFrame(
        context.parallelize(objects, tasks).flatMap(new ObjectReader(store)), ObjectReader.SCHEMA);
  }
}
