package pinflow.gateway.kinesis;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import pinflow.gateway.log.Log;
import pinflow.gateway.log.Topics;

/** Makes, changes and deletes the streams' topics, and knows their offsets. */
final class StreamTopics {
  static final String STATE = Topics.STREAMS_PREFIX + "s";

  private static final long MIB = 1024 * 1024;

  private final Admin admin;
  private final Topics topics;
  private final short replicationFactor;

  /**
   * @param replicationFactor of the topics that are made
   */
  StreamTopics(Log log, short replicationFactor) {
    this.admin = log.admin();
    this.topics = log.topics();
    this.replicationFactor = replicationFactor;
  }

  /** The topic of a stream. */
  static String of(String stream) {
    return Topics.STREAMS_PREFIX + "." + stream;
  }

  /** Whether the topic of the states is there. */
  boolean hasState() throws ExecutionException, InterruptedException {
    return description(STATE).isPresent();
  }

  void createState() throws ExecutionException, InterruptedException {
    create(STATE, 1, Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
  }

  /** Fails as the making of the stream's topic would. */
  CompletionStage<?> check(StreamState stream) {
    NewTopic topic = topic(of(stream.name()), stream.nextShard(), settings(stream));
    return admin
        .createTopics(List.of(topic), new CreateTopicsOptions().validateOnly(true))
        .all()
        .toCompletionStage();
  }

  /** Returns when the topic serves; one that is there already is taken as it is. */
  void create(StreamState stream) throws ExecutionException, InterruptedException {
    create(of(stream.name()), stream.nextShard(), settings(stream));
  }

  private static Map<String, String> settings(StreamState stream) {
    Map<String, String> settings = new HashMap<>(retention(stream.retentionHours()));
    settings.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Long.toString(2 * MIB));
    return settings;
  }

  private void create(String topic, int partitions, Map<String, String> settings)
      throws ExecutionException, InterruptedException {
    try {
      admin.createTopics(List.of(topic(topic, partitions, settings))).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
    awaitPartitions(topic, partitions);
  }

  private NewTopic topic(String name, int partitions, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    if (replicationFactor >= 3) {
      all.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "2");
    }
    return new NewTopic(name, partitions, replicationFactor).configs(all);
  }

  /** Returns when the stream's topic has so many partitions, and they serve. */
  void grow(String stream, int partitions) throws ExecutionException, InterruptedException {
    TopicDescription now =
        description(of(stream))
            .orElseThrow(
                () -> new UnknownTopicOrPartitionException(of(stream) + " is not in the log"));
    if (now.partitions().size() < partitions) {
      admin.createPartitions(Map.of(of(stream), NewPartitions.increaseTo(partitions))).all().get();
    }
    awaitPartitions(of(stream), partitions);
    topics.forget(of(stream));
  }

  /** What the broker knows follows the controller by a moment. */
  private void awaitPartitions(String topic, int partitions)
      throws ExecutionException, InterruptedException {
    await(
        () ->
            description(topic)
                .filter(
                    found ->
                        found.partitions().size() >= partitions
                            && found.partitions().stream().allMatch(p -> p.leader() != null))
                .isPresent(),
        topic + " does not serve");
  }

  /** Returns when the broker does not know the topic any more. */
  void delete(String stream) throws ExecutionException, InterruptedException {
    try {
      admin.deleteTopics(List.of(of(stream))).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
        throw e;
      }
    }
    await(() -> description(of(stream)).isEmpty(), of(stream) + " is still there");
    topics.forget(of(stream));
  }

  void setRetention(String stream, int hours) throws ExecutionException, InterruptedException {
    List<AlterConfigOp> changes =
        retention(hours).entrySet().stream()
            .map(
                e ->
                    new AlterConfigOp(
                        new ConfigEntry(e.getKey(), e.getValue()), AlterConfigOp.OpType.SET))
            .toList();
    admin
        .incrementalAlterConfigs(
            Map.of(new ConfigResource(ConfigResource.Type.TOPIC, of(stream)), changes))
        .all()
        .get();
  }

  /** Kafka deletes whole segments: a record outlives its time by a twenty-fourth at most. */
  private static Map<String, String> retention(int hours) {
    return Map.of(
        TopicConfig.RETENTION_MS_CONFIG,
        Long.toString(Duration.ofHours(hours).toMillis()),
        TopicConfig.RETENTION_BYTES_CONFIG,
        "-1",
        TopicConfig.CLEANUP_POLICY_CONFIG,
        TopicConfig.CLEANUP_POLICY_DELETE,
        TopicConfig.SEGMENT_MS_CONFIG,
        Long.toString(Duration.ofHours(hours).toMillis() / 24));
  }

  /** Offsets after the last record of shards, by their numbers. */
  Map<Integer, Long> ends(String stream, Collection<Integer> shards)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetSpec> asked =
        shards.stream()
            .collect(
                Collectors.toMap(
                    shard -> new TopicPartition(of(stream), shard), s -> OffsetSpec.latest()));
    Map<Integer, Long> ends = new HashMap<>();
    admin
        .listOffsets(asked)
        .all()
        .get()
        .forEach((partition, end) -> ends.put(partition.partition(), end.offset()));
    return ends;
  }

  /** The offset after the last record of a shard that is open. */
  CompletionStage<Long> end(String stream, int shard) {
    return offset(stream, shard, OffsetSpec.latest())
        .thenApply(found -> found.map(ListOffsetsResultInfo::offset).orElse(0L));
  }

  /** The offset of the oldest record. */
  CompletionStage<Long> begin(String stream, int shard) {
    return offset(stream, shard, OffsetSpec.earliest())
        .thenApply(found -> found.map(ListOffsetsResultInfo::offset).orElse(0L));
  }

  /** The offset of the first record of a time (epoch milliseconds) or later; empty for none. */
  CompletionStage<Optional<Long>> since(String stream, int shard, long time) {
    return offset(stream, shard, OffsetSpec.forTimestamp(time))
        .thenApply(found -> found.map(ListOffsetsResultInfo::offset));
  }

  private CompletionStage<Optional<ListOffsetsResultInfo>> offset(
      String stream, int shard, OffsetSpec spec) {
    TopicPartition partition = new TopicPartition(of(stream), shard);
    return admin
        .listOffsets(Map.of(partition, spec))
        .partitionResult(partition)
        .toCompletionStage()
        .thenApply(Optional::of)
        .thenApply(found -> found.filter(info -> info.offset() >= 0));
  }

  private Optional<TopicDescription> description(String topic)
      throws ExecutionException, InterruptedException {
    try {
      return Optional.of(future(topic).get());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private KafkaFuture<TopicDescription> future(String topic) {
    return Objects.requireNonNull(
        admin.describeTopics(List.of(topic)).topicNameValues().get(topic));
  }

  private interface Condition {
    boolean holds() throws ExecutionException, InterruptedException;
  }

  private static void await(Condition condition, String otherwise)
      throws ExecutionException, InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        throw new org.apache.kafka.common.errors.TimeoutException(otherwise + " after 15 s");
      }
      Thread.sleep(10);
    }
  }
}
