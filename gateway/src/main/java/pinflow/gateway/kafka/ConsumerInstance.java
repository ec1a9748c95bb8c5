package pinflow.gateway.kafka;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pinflow.gateway.JsonText;
import pinflow.gateway.kafka.MediaTypes.Format;

/** One Kafka consumer that lives from request to request, on a thread of its own. */
final class ConsumerInstance {
  private static final Logger logger = LoggerFactory.getLogger(ConsumerInstance.class);
  private static final Duration POLL = Duration.ofMillis(200);

  /** How long a first read waits for its partitions, beyond its own time. */
  private static final Duration JOIN = Duration.ofSeconds(10);

  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);
  private static final int WAITING_REQUESTS = 16;
  private static final long RECORD_OVERHEAD = 100;

  private final Format format;
  private final Duration readTimeout;
  private final Duration readLimit;
  private final Consumer<byte[], byte[]> consumer;
  // A Kafka consumer takes one thread at a time.
  private final ThreadPoolExecutor lane;
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile boolean closing;
  private volatile long lastUse = System.nanoTime();

  /**
   * @param readTimeout how long a read waits for records
   * @param readLimit how long a read may take at all, joining the group included
   */
  ConsumerInstance(
      String bootstrap,
      String group,
      Format format,
      Duration readTimeout,
      Duration readLimit,
      Map<String, Object> settings) {
    this.format = format;
    this.readTimeout = readTimeout;
    this.readLimit = readLimit;
    Map<String, Object> config = new HashMap<>(settings);
    config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 2 * 1024 * 1024);
    config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 512 * 1024);
    int timeoutMs = Math.toIntExact(Math.min(10_000, readLimit.toMillis()));
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, timeoutMs);
    config.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, timeoutMs);
    config.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 10_000);
    // Longer than an instance may be idle: until then it keeps its place in the group.
    config.put(
        ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG,
        Math.toIntExact(Consumers.IDLE.plusMinutes(1).toMillis()));
    this.consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    this.lane =
        new ThreadPoolExecutor(
            0,
            1,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), // of WAITING_REQUESTS and the one that closes
            task -> new Thread(task, "gateway-consumer"));
  }

  Format format() {
    return format;
  }

  boolean isIdle() {
    return waiting.get() == 0 && System.nanoTime() - lastUse > Consumers.IDLE.toNanos();
  }

  /** Runs after what was asked for before; not at all when the instance is deleted by then. */
  <T> CompletableFuture<T> run(Function<Consumer<byte[], byte[]>, T> action) {
    if (waiting.incrementAndGet() > WAITING_REQUESTS) {
      waiting.decrementAndGet();
      return CompletableFuture.failedFuture(
          KafkaRestException.busy("too many requests wait for this consumer instance."));
    }
    return enqueue(
            kafka -> {
              if (closing) {
                throw deleted();
              }
              return action.apply(kafka);
            })
        .whenComplete((done, failure) -> waiting.decrementAndGet());
  }

  private <T> CompletableFuture<T> enqueue(Function<Consumer<byte[], byte[]>, T> action) {
    lastUse = System.nanoTime();
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      lane.execute(
          () -> {
            try {
              result.complete(action.apply(consumer));
            } catch (WakeupException e) {
              result.completeExceptionally(deleted());
            } catch (RuntimeException e) {
              result.completeExceptionally(e);
            } finally {
              lastUse = System.nanoTime();
            }
          });
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(deleted());
    }
    return result;
  }

  private static KafkaRestException deleted() {
    return KafkaRestError.CONSUMER_INSTANCE_NOT_FOUND.plain();
  }

  /**
   * Records as the answer's JSON, and the position after them: at least one when there is any, then
   * up to {@code maxBytes} of keys and values.
   *
   * @param timeout null: the instance's own, counted from when it has partitions
   * @param unwanted whether nobody waits for the records any more: then they are not passed over
   */
  CompletableFuture<byte[]> read(
      @Nullable Duration timeout, long maxBytes, BooleanSupplier unwanted) {
    return run(
        kafka -> {
          if (unwanted.getAsBoolean()) {
            return new byte[0];
          }
          List<ConsumerRecord<byte[], byte[]>> records = fetch(kafka, timeout, maxBytes);
          if (unwanted.getAsBoolean()) {
            rewind(kafka, records);
            return new byte[0];
          }
          return Json.of(
              json -> {
                json.writeStartArray();
                for (ConsumerRecord<byte[], byte[]> record : records) {
                  write(json, record);
                }
                json.writeEndArray();
              });
        });
  }

  private List<ConsumerRecord<byte[], byte[]>> fetch(
      Consumer<byte[], byte[]> kafka, @Nullable Duration timeout, long maxBytes) {
    if (kafka.subscription().isEmpty()) {
      throw KafkaRestError.ILLEGAL_STATE.because(
          "this consumer instance is not subscribed to a topic. POST its …/subscription first.");
    }
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    long start = System.nanoTime();
    boolean joined = !kafka.assignment().isEmpty();
    long last = start + readLimit.toNanos();
    long deadline =
        Math.min(last, start + (timeout != null ? timeout : joined ? readTimeout : JOIN).toNanos());
    long bytes = 0;
    while (bytes < maxBytes) {
      ConsumerRecords<byte[], byte[]> batch;
      try {
        batch = kafka.poll(records.isEmpty() ? POLL : Duration.ZERO);
      } catch (KafkaException e) {
        if (records.isEmpty()) {
          throw e;
        }
        return records; // they are passed over already; what is wrong shows at the next read
      }
      for (ConsumerRecord<byte[], byte[]> record : batch) {
        long size = size(record);
        boolean fits = records.isEmpty() || bytes + size <= maxBytes;
        if (!fits || !isReadable(record)) {
          seekBack(kafka, batch, records);
          if (records.isEmpty()) {
            throw notJson(record);
          }
          return records;
        }
        records.add(record);
        bytes += size;
      }
      long now = System.nanoTime();
      if (timeout == null && !joined && !kafka.assignment().isEmpty()) {
        joined = true;
        deadline = Math.min(last, now + readTimeout.toNanos());
      }
      boolean drained = !records.isEmpty() && batch.isEmpty();
      if (drained || now >= deadline) {
        return records;
      }
    }
    return records;
  }

  /** What was fetched but is not answered will be fetched again: nothing waits here unseen. */
  private static void seekBack(
      Consumer<byte[], byte[]> kafka,
      ConsumerRecords<byte[], byte[]> batch,
      List<ConsumerRecord<byte[], byte[]>> answered) {
    Map<TopicPartition, Long> next = new HashMap<>();
    for (TopicPartition partition : batch.partitions()) {
      next.put(partition, batch.records(partition).get(0).offset());
    }
    for (ConsumerRecord<byte[], byte[]> record : answered) {
      next.computeIfPresent(
          new TopicPartition(record.topic(), record.partition()),
          (same, first) -> Math.max(first, record.offset() + 1));
    }
    next.forEach(kafka::seek);
  }

  private static void rewind(
      Consumer<byte[], byte[]> kafka, List<ConsumerRecord<byte[], byte[]>> records) {
    Map<TopicPartition, Long> first = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      first.putIfAbsent(new TopicPartition(record.topic(), record.partition()), record.offset());
    }
    first.keySet().retainAll(kafka.assignment());
    first.forEach(kafka::seek);
  }

  private boolean isReadable(ConsumerRecord<byte[], byte[]> record) {
    return format == Format.BINARY || (isJsonOrNull(record.key()) && isJsonOrNull(record.value()));
  }

  private static boolean isJsonOrNull(byte @Nullable [] text) {
    return text == null || JsonText.isJson(text);
  }

  private static KafkaRestException notJson(ConsumerRecord<byte[], byte[]> record) {
    return KafkaRestError.RECORD_NOT_JSON.because(
        "the record at offset "
            + record.offset()
            + " of partition "
            + record.partition()
            + " of "
            + record.topic()
            + ". Read it with an instance of format binary, or commit its offset with another instance of the group to pass it.");
  }

  private static long size(ConsumerRecord<byte[], byte[]> record) {
    return RECORD_OVERHEAD
        + Math.max(0, record.serializedKeySize())
        + Math.max(0, record.serializedValueSize());
  }

  /**
   * {@code {"topic":…,"key":…,"value":…,"partition":…,"offset":…}}; JSON is put in as it is in the
   * log.
   */
  private void write(JsonGenerator json, ConsumerRecord<byte[], byte[]> record) throws IOException {
    json.writeStartObject();
    json.writeStringField("topic", record.topic());
    write(json, "key", record.key());
    write(json, "value", record.value());
    json.writeNumberField("partition", record.partition());
    json.writeNumberField("offset", record.offset());
    json.writeEndObject();
  }

  private void write(JsonGenerator json, String name, byte @Nullable [] bytes) throws IOException {
    json.writeFieldName(name);
    if (bytes == null) {
      json.writeNull();
    } else {
      switch (format) {
        case JSON -> json.writeRawValue(new String(bytes, StandardCharsets.UTF_8));
        case BINARY -> json.writeBinary(bytes);
      }
    }
  }

  /** Breaks off what it is doing and leaves the group; completes when it has. */
  CompletableFuture<?> close() {
    closing = true;
    consumer.wakeup();
    CompletableFuture<?> closed =
        enqueue(
            kafka -> {
              kafka.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(CLOSE_WITHIN));
              return true;
            });
    lane.shutdown();
    return closed.whenComplete(
        (done, failure) -> {
          if (failure != null) {
            logger.warn("A consumer did not close in order", failure);
          }
        });
  }
}
