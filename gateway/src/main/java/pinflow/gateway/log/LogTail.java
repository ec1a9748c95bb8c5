package pinflow.gateway.log;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import pinflow.gateway.log.IdempotencyKey.Part;

/** Reads the newest part of the log for the idempotency keys in its headers. */
final class LogTail implements AutoCloseable {
  /** Records of a partition that one step back takes. */
  private static final long STEP = 10_000;

  /** Beyond it the start would take too long: the window is then cut short, with a warning. */
  private static final long MAX_RECORDS = 5_000_000;

  private static final Duration NO_PROGRESS = Duration.ofSeconds(10);

  private final Consumer<?, ?> consumer;
  private final BooleanSupplier closing;

  /** Offsets {@code from} (included) to {@code to} (excluded). */
  private record Range(long from, long to) {}

  /** What is read of a record: its headers. */
  private static final class Nothing implements Deserializer<Nothing> {
    @Override
    public @Nullable Nothing deserialize(String topic, byte[] data) {
      return null;
    }

    @Override
    public @Nullable Nothing deserialize(String topic, Headers headers, ByteBuffer data) {
      return null; // the inherited one copies the bytes first
    }
  }

  LogTail(Map<String, Object> clientConfig, BooleanSupplier closing) {
    Map<String, Object> config = new HashMap<>(clientConfig);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000);
    this.consumer = new KafkaConsumer<>(config, new Nothing(), new Nothing());
    this.closing = closing;
  }

  /**
   * Reads backwards from the end, until the window is full or its oldest time is reached; true when
   * it was.
   */
  boolean fill(Receipts receipts, Collection<TopicDescription> topics) {
    Map<String, Uuid> ids = ids(topics);
    Map<TopicPartition, Long> to = ends(topics);
    Map<TopicPartition, Long> floor = since(receipts.oldest(), to);
    long records = 0;
    while (!floor.equals(to)) {
      if (receipts.isFull() || records > MAX_RECORDS) {
        return false;
      }
      Map<TopicPartition, Range> step = new HashMap<>();
      to.forEach(
          (p, end) ->
              step.put(p, new Range(Math.max(floor.getOrDefault(p, end), end - STEP), end)));
      long oldest = receipts.oldest();
      read(
          step,
          (record, part) -> {
            if (record.timestamp() >= oldest) {
              Uuid topic = Objects.requireNonNull(ids.get(record.topic()));
              receipts.learn(part, topic, record.partition(), record.offset(), record.timestamp());
            }
          });
      for (Map.Entry<TopicPartition, Range> e : step.entrySet()) {
        records += e.getValue().to() - e.getValue().from();
        to.put(e.getKey(), e.getValue().from());
      }
    }
    return true;
  }

  /** Reads all that was written under a key from a time on (epoch milliseconds). */
  void find(IdempotencyKey key, long timestamp, Receipts receipts, TopicDescription topic) {
    Map<TopicPartition, Long> to = ends(List.of(topic));
    Map<TopicPartition, Range> ranges = new HashMap<>();
    since(timestamp, to)
        .forEach((p, from) -> ranges.put(p, new Range(from, to.getOrDefault(p, from))));
    read(
        ranges,
        (record, part) -> {
          if (part.key().equals(key)) {
            receipts.learn(
                part, topic.topicId(), record.partition(), record.offset(), record.timestamp());
          }
        });
  }

  private static Map<String, Uuid> ids(Collection<TopicDescription> topics) {
    return topics.stream()
        .collect(Collectors.toMap(TopicDescription::name, TopicDescription::topicId));
  }

  private Map<TopicPartition, Long> ends(Collection<TopicDescription> topics) {
    List<TopicPartition> partitions =
        topics.stream()
            .flatMap(
                t -> t.partitions().stream().map(p -> new TopicPartition(t.name(), p.partition())))
            .toList();
    consumer.assign(partitions); // else the client warns of each of them
    return new HashMap<>(consumer.endOffsets(partitions));
  }

  private Map<TopicPartition, Long> since(long timestamp, Map<TopicPartition, Long> ends) {
    Map<TopicPartition, Long> from = new HashMap<>(ends);
    consumer
        .offsetsForTimes(ends.keySet().stream().collect(Collectors.toMap(p -> p, p -> timestamp)))
        .forEach(
            (p, found) -> {
              if (found != null) {
                from.computeIfPresent(p, (same, end) -> Math.min(found.offset(), end));
              }
            });
    return from;
  }

  private void read(
      Map<TopicPartition, Range> ranges, BiConsumer<ConsumerRecord<?, ?>, Part> sink) {
    Map<TopicPartition, Range> open = new HashMap<>(ranges);
    open.values().removeIf(range -> range.from() >= range.to());
    consumer.assign(open.keySet());
    consumer.resume(open.keySet()); // a partition that stays assigned stays paused
    open.forEach((p, range) -> consumer.seek(p, range.from()));
    long progress = System.nanoTime();
    while (!open.isEmpty()) {
      if (closing.getAsBoolean()) {
        throw new WakeupException();
      }
      var batch = consumer.poll(Duration.ofMillis(200));
      for (ConsumerRecord<?, ?> record : batch) {
        Range range = open.get(new TopicPartition(record.topic(), record.partition()));
        if (range != null && record.offset() < range.to()) {
          IdempotencyKey.read(record.headers()).ifPresent(part -> sink.accept(record, part));
        }
      }
      // By position, not by the last record: a compacted partition may end in a gap.
      if (open.entrySet().removeIf(e -> consumer.position(e.getKey()) >= e.getValue().to())) {
        consumer.pause(consumer.assignment().stream().filter(p -> !open.containsKey(p)).toList());
      }
      if (!batch.isEmpty()) {
        progress = System.nanoTime();
      } else if (System.nanoTime() - progress > NO_PROGRESS.toNanos()) {
        throw new TimeoutException("no records of " + open.keySet() + " within " + NO_PROGRESS);
      }
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
