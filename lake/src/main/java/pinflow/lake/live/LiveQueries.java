package pinflow.lake.live;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQueryListener;
import org.jspecify.annotations.Nullable;
import pinflow.lake.tables.LakeException;

/** The queries of all streams, each with a checkpoint of its own. */
public final class LiveQueries implements AutoCloseable {
  private static final long TOLD_EVERY_MILLIS = 500;

  private final SparkSession spark;
  private final Map<String, LiveQuery> queries = new LinkedHashMap<>();
  private final List<CheckpointLock> locks = new ArrayList<>();
  private final Listener listener;
  private final Consumer<Map<String, @Nullable Object>> told;
  private final ScheduledExecutorService teller =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "live-progress");
            thread.setDaemon(true);
            return thread;
          });

  private LiveQueries(SparkSession spark, Consumer<Map<String, @Nullable Object>> told) {
    this.spark = spark;
    this.told = told;
    this.listener = new Listener();
  }

  /**
   * Starts a query for each stream.
   *
   * @param location the folder of the tables
   * @param checkpoints a folder for each of {@code pin}, {@code geo}, {@code user}; no other
   *     process may use it
   * @param compactAfter commits after which a query writes its tables' small files together
   * @param told what has changed with a stream, as contracts/lake-job.md has it
   * @throws LakeException if two have one folder, or another process uses one
   */
  public static LiveQueries start(
      SparkSession spark,
      String id,
      String location,
      Kinesis kinesis,
      Map<String, String> checkpoints,
      int compactAfter,
      Consumer<Map<String, @Nullable Object>> told) {
    expectOwn(checkpoints);
    LiveQueries live = new LiveQueries(spark, told);
    try {
      for (Map.Entry<String, String> checkpoint : checkpoints.entrySet()) {
        live.locks.add(CheckpointLock.take(checkpoint.getValue()));
        StreamTables names = new StreamTables(id, checkpoint.getKey());
        live.queries.put(
            names.stream(),
            new LiveQuery(spark, location, names, kinesis, checkpoint.getValue(), compactAfter));
      }
      spark.streams().addListener(live.listener);
      live.queries.values().forEach(LiveQuery::start);
      live.teller.scheduleWithFixedDelay(live::tell, 0, TOLD_EVERY_MILLIS, TimeUnit.MILLISECONDS);
      return live;
    } catch (RuntimeException e) {
      live.close();
      throw e;
    }
  }

  /** The best known mistake with such queries: one checkpoint for all, which then lose records. */
  private static void expectOwn(Map<String, String> checkpoints) {
    Map<String, String> tables = new HashMap<>();
    checkpoints.forEach(
        (table, folder) -> {
          String same = tables.put(folder.replaceAll("/+$", ""), table);
          if (same != null) {
            throw LakeException.asked(
                "Streams %s and %s have one checkpoint, %s: each would skip records for the other's sake. Give each stream a folder of its own."
                    .formatted(same, table, folder));
          }
        });
  }

  private void tell() {
    queries.values().forEach(query -> query.progress().news().ifPresent(told));
  }

  private final class Listener extends StreamingQueryListener {
    private static final long serialVersionUID = 1;

    @Override
    public void onQueryStarted(QueryStartedEvent event) {}

    @Override
    public void onQueryProgress(QueryProgressEvent event) {
      LiveQuery query = queries.get(event.progress().name());
      if (query != null) {
        query.progress().has(event.progress());
      }
    }

    @Override
    public void onQueryTerminated(QueryTerminatedEvent event) {}
  }

  /** Ends all between two batches. */
  @Override
  public void close() {
    queries.values().parallelStream().forEach(LiveQuery::close);
    spark.streams().removeListener(listener);
    teller.shutdownNow();
    tell();
    locks.forEach(CheckpointLock::close);
  }
}
