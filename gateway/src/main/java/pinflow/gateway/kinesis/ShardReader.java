package pinflow.gateway.kinesis;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads shards by offset. A few consumers serve all readers; one that goes on finds its own. */
final class ShardReader implements AutoCloseable {
  private static final int CONSUMERS = 8;
  private static final int FETCH_BYTES = 1024 * 1024;
  private static final Duration NO_PROGRESS = Duration.ofSeconds(10);

  private final Map<String, Object> settings;
  private final ExecutorService readers =
      Executors.newFixedThreadPool(CONSUMERS, task -> new Thread(task, "gateway-shard-reader"));
  private final Deque<Cursor> free = new ArrayDeque<>();
  private boolean closed;

  /**
   * @param records in order, from the offset that was asked for or the oldest that is kept
   * @param next offset after the last of them
   */
  record Read(List<ConsumerRecord<byte[], byte[]>> records, long next) {}

  ShardReader(Map<String, Object> clientConfig) {
    settings = new HashMap<>(clientConfig);
    settings.put(ConsumerConfig.CLIENT_ID_CONFIG, "pinflow-gateway-shards");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
    settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
  }

  /**
   * @param created of the stream: what was fetched of a deleted one of the same name is not read
   * @param until offset that is not read any more; the records before it are in the log
   * @param maxBytes of records; one at least is read
   */
  CompletableFuture<Read> read(
      TopicPartition partition,
      long created,
      long from,
      long until,
      int maxRecords,
      long maxBytes) {
    Place place = new Place(partition, created);
    if (from >= until) {
      return CompletableFuture.completedFuture(new Read(List.of(), from));
    }
    return in(
        () -> {
          Cursor cursor = take(place, from);
          try {
            return cursor.read(place, from, until, maxRecords, maxBytes);
          } finally {
            give(cursor);
          }
        });
  }

  private <T> CompletableFuture<T> in(Supplier<T> read) {
    return CompletableFuture.supplyAsync(read, readers);
  }

  private Cursor take(Place place, long from) {
    synchronized (free) {
      for (Cursor cursor : free) {
        if (cursor.isAt(place, from)) {
          free.remove(cursor);
          return cursor;
        }
      }
      // Not more than threads; an old one's place is given up only when all have been made.
      if (free.size() >= CONSUMERS) {
        return free.removeFirst();
      }
    }
    return new Cursor(
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
  }

  private void give(Cursor cursor) {
    synchronized (free) {
      if (!closed && free.size() < CONSUMERS) {
        free.addLast(cursor);
        return;
      }
    }
    cursor.close();
  }

  private record Place(TopicPartition partition, long created) {
    static final Place NOWHERE = new Place(new TopicPartition("", 0), 0);
  }

  /** A consumer and what it has fetched beyond what was asked for. */
  private static final class Cursor {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Deque<ConsumerRecord<byte[], byte[]>> ahead = new ArrayDeque<>();
    private Place place = Place.NOWHERE;
    private long position;

    Cursor(KafkaConsumer<byte[], byte[]> consumer) {
      this.consumer = consumer;
    }

    boolean isAt(Place other, long offset) {
      return place.equals(other) && position == offset;
    }

    Read read(Place from, long offset, long until, int maxRecords, long maxBytes) {
      try {
        if (!isAt(from, offset)) {
          seek(from, offset);
        }
        return readOn(until, maxRecords, maxBytes);
      } catch (RuntimeException e) {
        place = Place.NOWHERE; // nobody goes on from here
        throw e;
      }
    }

    private void seek(Place from, long offset) {
      ahead.clear();
      consumer.assign(List.of(from.partition()));
      consumer.seek(from.partition(), offset);
      place = from;
      position = offset;
    }

    private Read readOn(long until, int maxRecords, long maxBytes) {
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      long bytes = 0;
      long deadline = System.nanoTime() + NO_PROGRESS.toNanos();
      while (position < until && records.size() < maxRecords && bytes < maxBytes) {
        ConsumerRecord<byte[], byte[]> next = ahead.pollFirst();
        if (next == null) {
          poll(deadline);
          continue;
        }
        if (next.offset() >= until) {
          ahead.addFirst(next);
          position = until;
          break;
        }
        long size = next.serializedValueSize() + Math.max(0L, next.serializedKeySize());
        if (!records.isEmpty() && bytes + size > maxBytes) {
          ahead.addFirst(next);
          break;
        }
        records.add(next);
        bytes += size;
        position = next.offset() + 1;
      }
      return new Read(records, position);
    }

    private void poll(long deadline) {
      TopicPartition partition = place.partition();
      try {
        consumer.poll(Duration.ofMillis(200)).forEach(ahead::addLast);
      } catch (OffsetOutOfRangeException e) {
        // Retention has deleted it: the oldest record that is kept is the next.
        long begin = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
        if (begin <= position) {
          throw e;
        }
        seek(place, begin);
      }
      if (ahead.isEmpty()) {
        position = Math.max(position, consumer.position(partition));
        if (System.nanoTime() > deadline) {
          throw new TimeoutException("no records of " + partition + " within " + NO_PROGRESS);
        }
      }
    }

    void close() {
      consumer.close();
    }
  }

  @Override
  public void close() {
    readers.shutdown();
    try {
      if (!readers.awaitTermination(3, TimeUnit.SECONDS)) {
        readers.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (free) {
      closed = true;
      free.forEach(Cursor::close);
      free.clear();
    }
  }
}
