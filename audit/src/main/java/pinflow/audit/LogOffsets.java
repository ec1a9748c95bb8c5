package pinflow.audit;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** From which offset to which the log holds topics. */
public final class LogOffsets implements AutoCloseable {
  private final Admin kafka;

  /**
   * @param bootstrap the broker's address
   */
  public LogOffsets(String bootstrap) {
    this(bootstrap, Duration.ofSeconds(15));
  }

  /**
   * @param patience until an unanswered question is an error
   */
  public LogOffsets(String bootstrap, Duration patience) {
    int millis = (int) patience.toMillis();
    try {
      this.kafka =
          Admin.create(
              Map.of(
                  AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap,
                  AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis,
                  AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, millis * 2 / 3));
    } catch (KafkaException e) {
      throw new AuditException(
          "The log at %s cannot be asked: %s. Check kafka.bootstrap."
              .formatted(bootstrap, e.getCause() == null ? e : e.getCause().getMessage()),
          e);
    }
  }

  /** The first offset that a partition holds, and the one after its last. */
  record Range(long begin, long end) {}

  /**
   * Of every partition of the topics.
   *
   * @throws AuditException when the broker does not answer or a topic is not there
   */
  Map<TopicPartition, Range> of(Collection<String> topics) {
    Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
    kafka
        .describeTopics(topics)
        .topicNameValues()
        .forEach(
            (topic, description) ->
                get(description)
                    .partitions()
                    .forEach(
                        p ->
                            partitions.put(
                                new TopicPartition(topic, p.partition()), OffsetSpec.earliest())));
    var begins = get(kafka.listOffsets(partitions).all());
    partitions.replaceAll((partition, earliest) -> OffsetSpec.latest());
    Map<TopicPartition, Range> ranges = new HashMap<>();
    get(kafka.listOffsets(partitions).all())
        .forEach(
            (partition, end) -> {
              var begin = begins.get(partition);
              ranges.put(partition, new Range(begin == null ? 0 : begin.offset(), end.offset()));
            });
    return ranges;
  }

  /**
   * How many records of the topics a consumer group has yet to commit.
   *
   * @throws AuditException when the broker does not answer or a topic is not there
   */
  public long uncommitted(String group, Collection<String> topics) {
    var committed = get(kafka.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
    long records = 0;
    for (var entry : of(topics).entrySet()) {
      Range range = entry.getValue();
      var done = committed.get(entry.getKey());
      records += range.end() - Math.max(range.begin(), done == null ? 0 : done.offset());
    }
    return records;
  }

  /**
   * How many records were ever written, of those of the topics that there are: by topic and
   * partition.
   *
   * @throws AuditException when the broker does not answer
   */
  public Map<String, Map<Integer, Long>> written(Collection<String> topics) {
    Map<String, Map<Integer, Long>> written = new HashMap<>();
    of(there(topics))
        .forEach(
            (partition, range) ->
                written
                    .computeIfAbsent(partition.topic(), topic -> new HashMap<>())
                    .put(partition.partition(), range.end()));
    return written;
  }

  /** Those of the topics that there are. */
  List<String> there(Collection<String> topics) {
    Set<String> all = get(kafka.listTopics().names());
    return topics.stream().filter(all::contains).toList();
  }

  /**
   * Of one partition.
   *
   * @return nothing if it is not there
   * @throws AuditException when the broker does not answer
   */
  Optional<Range> find(TopicPartition partition) {
    try {
      boolean isThere =
          kafka.describeTopics(List.of(partition.topic())).allTopicNames().get().values().stream()
              .flatMap(topic -> topic.partitions().stream())
              .anyMatch(each -> each.partition() == partition.partition());
      return isThere
          ? Optional.ofNullable(of(List.of(partition.topic())).get(partition))
          : Optional.empty();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException
          || e.getCause() instanceof InvalidTopicException) {
        return Optional.empty();
      }
      throw unanswered(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static <T> T get(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        throw new AuditException(
            "A topic is not there: %s Check the id in pinflow.yaml; `pinflow up` makes its topics."
                .formatted(e.getCause().getMessage()),
            e);
      }
      throw unanswered(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static AuditException unanswered(ExecutionException e) {
    return new AuditException(
        "The log does not answer: %s. Is the broker running (`pinflow status`)?"
            .formatted(e.getCause()),
        e);
  }

  private static AuditException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new AuditException("Interrupted while asking the log.", e);
  }

  @Override
  public void close() {
    kafka.close();
  }
}
