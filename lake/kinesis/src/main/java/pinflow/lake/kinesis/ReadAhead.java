package pinflow.lake.kinesis;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * Reads a stream's shards ahead of its batches, on the driver, up to {@code fetchBufferSize}: so
 * that a batch's end is a record that was seen, which Kinesis has no other way to name.
 *
 * <p>Partition readers in the same JVM take the records from here; others, and those of a batch
 * that is carried out again, read them from Kinesis.
 */
final class ReadAhead implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ReadAhead.class);
  private static final Map<String, ReadAhead> OPEN = new ConcurrentHashMap<>();

  /** Shards that are asked at one time. */
  private static final int THREADS = 8;

  private final String id;
  private final SourceOptions options;
  private final StreamClient client;
  private final boolean toTheTip;
  private final ScheduledThreadPoolExecutor threads =
      new ScheduledThreadPoolExecutor(
          THREADS,
          task -> {
            Thread thread = new Thread(task, "kinesis-read-ahead");
            thread.setDaemon(true);
            return thread;
          });

  // Guarded by this.
  private final Map<String, ShardTail> tails = new HashMap<>();
  private Lineage lineage;
  private long bytes;
  private long waitsSince;
  private @Nullable RuntimeException failure;
  private boolean closed;

  private ReadAhead(
      String id, SourceOptions options, StreamClient client, Resumed from, boolean toTheTip) {
    this.id = id;
    this.options = options;
    this.client = client;
    this.toTheTip = toTheTip;
    this.lineage = from.lineage();
    threads.setRemoveOnCancelPolicy(true);
  }

  /**
   * Begins to read.
   *
   * @param id by which partition readers find it
   * @param toTheTip whether to stop at what has arrived by now
   */
  static ReadAhead begin(
      String id, SourceOptions options, StreamClient client, Resumed from, boolean toTheTip) {
    ReadAhead readAhead = new ReadAhead(id, options, client, from, toTheTip);
    OPEN.put(id, readAhead);
    synchronized (readAhead) {
      from.offset().shards().forEach(readAhead::add);
      from.trimmed().forEach(shard -> readAhead.tail(shard).startAtTrimHorizon());
      readAhead.fetchFreed();
    }
    return readAhead;
  }

  /** The records of a range if they are here: in this JVM, and not yet let go. */
  static @Nullable List<Record> records(String id, ShardRange range) {
    ReadAhead readAhead = OPEN.get(id);
    if (readAhead == null) {
      return null;
    }
    synchronized (readAhead) {
      ShardTail tail = readAhead.tails.get(range.shard());
      return tail == null ? null : tail.records(range.from(), range.through());
    }
  }

  /**
   * Where a batch that begins at {@code start} ends.
   *
   * <p>While it reads on for ever it returns at once, null if nothing is there. If it reads to the
   * tip it waits until the batch is worth it; null then means that the tip is reached.
   */
  synchronized @Nullable StreamOffset end(StreamOffset start, long most)
      throws InterruptedException {
    while (true) {
      if (failure != null) {
        throw new KinesisSourceException(String.valueOf(failure.getMessage()), failure);
      }
      long waiting = waiting(start, most);
      boolean isDue =
          waiting >= most
              || isFull()
              || (toTheTip
                  ? isAtTip()
                  : System.nanoTime() - waitsSince >= options.maxFetchDuration().toNanos());
      StreamOffset end =
          isDue
              ? BatchPlan.end(start, lineage, ahead(start), most, System.currentTimeMillis())
              : null;
      boolean isOver = !toTheTip || isAtTip();
      if (end != null || isOver) {
        waitsSince = end == null ? waitsSince : System.nanoTime();
        return end;
      }
      wait(Duration.ofSeconds(1).toMillis());
    }
  }

  private long waiting(StreamOffset start, long most) {
    long waiting = 0;
    for (BatchPlan.Ahead ahead : ahead(start).values()) {
      waiting += ahead.records().keySet().stream().limit(most).count();
    }
    return waiting;
  }

  private Map<String, BatchPlan.Ahead> ahead(StreamOffset start) {
    return start.shards().entrySet().stream()
        .filter(shard -> tails.containsKey(shard.getKey()))
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, shard -> tail(shard.getKey()).ahead(shard.getValue())));
  }

  /** Lets go of what is read and done with. */
  synchronized void commit(StreamOffset end) {
    end.shards()
        .forEach(
            (shard, position) -> {
              ShardTail tail = tails.get(shard);
              if (tail != null) {
                bytes -= tail.letGo(position);
              }
            });
  }

  /** What of the stream is not yet in a batch. */
  synchronized Map<String, String> metrics(@Nullable StreamOffset consumed) {
    Collection<BatchPlan.Ahead> waiting = consumed == null ? List.of() : ahead(consumed).values();
    long now = System.currentTimeMillis();
    return Map.of(
        "recordsWaiting",
        Long.toString(waiting.stream().mapToLong(ahead -> ahead.records().size()).sum()),
        "millisWaiting",
        Long.toString(now - waiting.stream().mapToLong(a -> a.oldest(now)).min().orElse(now)),
        "millisBehindLatest",
        Long.toString(tails.values().stream().mapToLong(ShardTail::millisBehind).max().orElse(0)),
        "bytesReadAhead",
        Long.toString(bytes),
        "shards",
        Integer.toString(tails.size()));
  }

  private void add(String shard, ShardPosition position) {
    tails.putIfAbsent(shard, new ShardTail(shard, position));
  }

  private ShardTail tail(String shard) {
    return java.util.Objects.requireNonNull(tails.get(shard));
  }

  private boolean isFull() {
    return bytes >= options.fetchBufferSize();
  }

  private boolean isAtTip() {
    return tails.values().stream().allMatch(this::isAtTip);
  }

  /** Whether all is read that had arrived when reading began; a shard with parts is read on. */
  private boolean isAtTip(ShardTail tail) {
    return tail.isEnded() || tail.isAtTip() && lineage.isOpen(tail.shard());
  }

  /** Begins with the shards of which all that they came of is read. */
  private void fetchFreed() {
    List<String> unended =
        tails.values().stream().filter(tail -> !tail.isEnded()).map(ShardTail::shard).toList();
    for (String shard : unended) {
      ShardTail tail = tail(shard);
      if (lineage.isFree(shard, unended) && tail.begin()) {
        threads.execute(() -> fetch(tail));
      }
    }
  }

  private void fetch(ShardTail tail) {
    Duration pause = options.minFetchPeriod();
    try {
      if (mayFetch()) {
        long asked = System.currentTimeMillis();
        String iterator = tail.iterator(client);
        GetRecordsResponse response = client.records(iterator);
        Lineage listed = response.nextShardIterator() == null ? client.shards() : null;
        if (!accept(tail, response, asked, listed)) {
          return;
        }
        pause = pause(response);
      }
    } catch (ExpiredIteratorException e) {
      // The buffer was full for five minutes, or the machine slept.
      tail.forgetIterator();
    } catch (RuntimeException e) {
      fail(e);
      return;
    } catch (Error e) {
      fail(new KinesisSourceException("Reading stream %s ended: %s".formatted(options, e), e));
      throw e;
    }
    again(tail, pause);
  }

  private synchronized boolean mayFetch() {
    return !closed && !isFull();
  }

  private synchronized void again(ShardTail tail, Duration pause) {
    if (!closed) {
      threads.schedule(() -> fetch(tail), pause.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  /**
   * @param listed the stream's shards, if this one has ended
   * @return whether to go on with the shard
   */
  private synchronized boolean accept(
      ShardTail tail, GetRecordsResponse response, long asked, @Nullable Lineage listed) {
    boolean waited = tails.values().stream().anyMatch(ShardTail::hasRecords);
    bytes += tail.accept(response, asked);
    if (!waited) {
      waitsSince = System.nanoTime();
    }
    if (listed != null) {
      lineage = listed;
      listed.shards().forEach(shard -> add(shard, new ShardPosition.TrimHorizon(asked)));
      fetchFreed();
    }
    if (toTheTip) {
      notifyAll();
    }
    return !closed && !(toTheTip && isAtTip(tail)) && !tail.isEnded();
  }

  private Duration pause(GetRecordsResponse response) {
    long size = response.records().stream().mapToLong(ShardTail::size).sum();
    Duration rate = Duration.ofNanos((long) (size / options.maxFetchRate() * 1e9));
    return rate.compareTo(options.minFetchPeriod()) > 0 ? rate : options.minFetchPeriod();
  }

  private synchronized void fail(RuntimeException e) {
    if (!closed && failure == null) {
      log.warn("Reading stream {} ended: {}", options, e.getMessage());
      failure = e;
      notifyAll();
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      OPEN.remove(id);
      tails.clear();
      notifyAll();
    }
    threads.shutdownNow();
  }
}
