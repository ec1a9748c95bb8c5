package pinflow.audit;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** From which offset to which the log holds topics. */
final class LogOffsets implements AutoCloseable {
  private final Admin kafka;

  /**
   * @param bootstrap the broker's address
   */
  LogOffsets(String bootstrap) {
    this.kafka =
        Admin.create(
            Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 15_000,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000));
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

  /** Those of the topics that there are. */
  List<String> there(Collection<String> topics) {
    Set<String> all = get(kafka.listTopics().names());
    return topics.stream().filter(all::contains).toList();
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
      throw new AuditException(
          "The log does not answer: %s. Is the broker running (`pinflow status`)?"
              .formatted(e.getCause()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AuditException("Interrupted while asking the log.", e);
    }
  }

  @Override
  public void close() {
    kafka.close();
  }
}
