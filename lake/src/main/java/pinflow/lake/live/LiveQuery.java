package pinflow.lake.live;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pinflow.lake.kinesis.KinesisSource;
import pinflow.lake.kinesis.KinesisSourceException;
import pinflow.lake.tables.LakeException;

/**
 * One stream's query, started again with growing pauses when it fails: a stream that is not there
 * yet, an endpoint that is away.
 */
final class LiveQuery implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LiveQuery.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration END_OF_BATCH = Duration.ofSeconds(20);

  private final SparkSession spark;
  private final String location;
  private final StreamTables names;
  private final Map<String, String> options;
  private final String checkpoint;
  private final int compactAfter;
  private final Progress progress;
  private final Thread thread;
  private final CountDownLatch ending = new CountDownLatch(1);

  /** Held while a batch is taken. */
  private final ReentrantLock inBatch = new ReentrantLock();

  private volatile @Nullable StreamingQuery query;
  private volatile boolean hasTaken;

  /**
   * @param checkpoint the query's own folder
   */
  LiveQuery(
      SparkSession spark,
      String location,
      StreamTables names,
      Kinesis kinesis,
      String checkpoint,
      int compactAfter) {
    this.spark = spark;
    this.location = location;
    this.names = names;
    this.options = kinesis.options(names.stream());
    this.checkpoint = checkpoint;
    this.compactAfter = compactAfter;
    this.progress = new Progress(names.stream());
    this.thread = new Thread(this::run, "live-" + names.table());
  }

  void start() {
    thread.start();
  }

  Progress progress() {
    return progress;
  }

  private void run() {
    Duration pause = FIRST_PAUSE;
    try {
      while (ending.getCount() > 0) {
        hasTaken = false;
        try {
          // Else Spark would log at length that a stream is not there yet.
          KinesisSource.check(options);
          runOnce();
        } catch (StreamingQueryException | TimeoutException | RuntimeException e) {
          progress.fails(message(e));
        }
        pause = hasTaken ? FIRST_PAUSE : pause;
        if (ending.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
        pause = pause.multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void runOnce() throws StreamingQueryException, TimeoutException {
    CompletableFuture<LiveBatches> batches = new CompletableFuture<>();
    VoidFunction2<Dataset<Row>, Long> take =
        (rows, id) -> {
          inBatch.lockInterruptibly();
          try {
            batches.get().take(rows, id);
            hasTaken = true;
          } finally {
            inBatch.unlock();
          }
        };
    StreamingQuery started =
        spark
            .readStream()
            .format("kinesis")
            .options(options)
            .load()
            .writeStream()
            .queryName(names.stream())
            .option("checkpointLocation", checkpoint)
            .foreachBatch(take)
            .start();
    query = started;
    try {
      String application = "pinflow-live-" + started.id();
      batches.complete(
          LiveBatches.begin(
              spark, location, names, application, compactAfter, progress, table -> {}));
      started.awaitTermination();
    } finally {
      batches.cancel(false);
      started.stop();
    }
  }

  private static String message(Exception failure) {
    Throwable cause = failure;
    while (cause.getCause() != null
        && !(cause instanceof LakeException)
        && !(cause instanceof KinesisSourceException)) {
      cause = cause.getCause();
    }
    if (cause instanceof LakeException || cause instanceof KinesisSourceException) {
      return String.valueOf(cause.getMessage());
    }
    log.error("A live query failed", failure);
    return "%s. The log of Spark tells more; the query starts again where it was."
        .formatted(String.valueOf(cause).replaceAll("\\.$", ""));
  }

  /** Ends the query when the batch that it takes is in the tables, or after a while. */
  @Override
  public void close() {
    ending.countDown();
    boolean held = false;
    try {
      held = inBatch.tryLock(END_OF_BATCH.toMillis(), TimeUnit.MILLISECONDS);
      StreamingQuery running = query;
      if (running != null) {
        running.stop();
      }
      thread.join(END_OF_BATCH.toMillis());
    } catch (TimeoutException e) {
      log.warn("Query {} did not end in time", names.stream(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (held) {
        inBatch.unlock();
      }
    }
  }
}
