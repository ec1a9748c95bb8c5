package pinflow.gateway.kinesis;

import java.math.BigInteger;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jspecify.annotations.Nullable;

/** The actions that make, delete and reshape streams. */
final class Shape {
  /** AWS's default quota; each is a partition, which costs the broker files. */
  private static final int MAX_SHARDS = 500;

  private static final int ON_DEMAND_SHARDS = 4;
  private static final String PROVISIONED = "PROVISIONED";
  private static final String ON_DEMAND = "ON_DEMAND";

  private final Streams streams;
  private final Resolver resolver;
  private final StreamTopics topics;

  private enum Mode {
    PROVISIONED,
    ON_DEMAND
  }

  private enum ScalingType {
    UNIFORM_SCALING
  }

  Shape(Streams streams, Resolver resolver, StreamTopics topics) {
    this.streams = streams;
    this.resolver = resolver;
    this.topics = topics;
  }

  CompletionStage<?> create(Requests.CreateStream request) {
    String name = Validation.name("streamName", request.streamName());
    String mode = mode(request.streamModeDetails());
    if (mode.equals(ON_DEMAND) && request.shardCount() != null) {
      throw KinesisError.VALIDATION.because(
          "ShardCount must not be set when StreamMode is ON_DEMAND.");
    }
    int shards =
        mode.equals(ON_DEMAND)
            ? ON_DEMAND_SHARDS
            : Validation.between("shardCount", request.shardCount(), 1, 100_000);
    Map<String, String> tags = request.tags() == null ? Map.of() : request.tags();
    if (!tags.isEmpty()) {
      Validation.tags(tags, 50);
    }
    if (request.maxRecordSizeInKiB() != null && request.maxRecordSizeInKiB() != 1024) {
      throw KinesisError.INVALID_ARGUMENT.because(
          "MaxRecordSizeInKiB is %d. This endpoint takes records of 1024 KiB at most."
              .formatted(request.maxRecordSizeInKiB()));
    }
    requireFree(name);
    requireRoom(shards);
    return topics
        .check(StreamState.creating(name, shards, mode, tags, 0))
        .handle((checked, failure) -> failure == null ? null : refused(name, failure))
        .thenCompose(
            refusal -> {
              requireFree(name); // says why in better words, if another has just made it
              if (refusal != null) {
                throw refusal;
              }
              return streams.create(
                  name,
                  now -> {
                    requireFree(name);
                    requireRoom(shards);
                    return StreamState.creating(name, shards, mode, tags, now);
                  });
            })
        .thenApply(created -> Answers.NONE);
  }

  private static RuntimeException refused(String name, Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof TopicExistsException) {
      return KinesisError.RESOURCE_IN_USE.because(
          "Stream %s under account %s cannot be made: the log has a topic %s that belongs to no stream. Delete it, or take another name."
              .formatted(name, Arns.ACCOUNT, StreamTopics.of(name)));
    }
    if (cause instanceof RetriableException || !(cause instanceof KafkaException)) {
      return KinesisException.of(failure);
    }
    return KinesisError.INTERNAL_FAILURE.because(
        "The log does not take the topic of stream %s: %s Check kafka.replication-factor and the rights of the gateway."
            .formatted(name, cause.getMessage()));
  }

  static String mode(Requests.@Nullable ModeDetails details) {
    return details == null
        ? PROVISIONED
        : Validation.constant("streamModeDetails.streamMode", details.streamMode(), Mode.class)
            .name();
  }

  private void requireFree(String name) {
    for (String other : streams.all().keySet()) {
      if (other.equals(name)) {
        throw KinesisError.RESOURCE_IN_USE.because(
            "Stream %s under account %s already exists.".formatted(name, Arns.ACCOUNT));
      }
      if (other.replace('.', '_').equals(name.replace('.', '_'))) {
        throw KinesisError.RESOURCE_IN_USE.because(
            "Stream %s under account %s cannot be made beside %s: Kafka takes names that differ only in . and _ for one."
                .formatted(name, Arns.ACCOUNT, other));
      }
    }
  }

  private void requireRoom(int added) {
    int open = openShards();
    if (open + added > MAX_SHARDS) {
      throw KinesisError.LIMIT_EXCEEDED.because(
          "This request would exceed the shard limit for the account %s in %s. Current shard count for the account: %d. Limit: %d. Number of additional shards that would have resulted from this request: %d."
              .formatted(Arns.ACCOUNT, resolver.arns().region(), open, MAX_SHARDS, added));
    }
  }

  private int openShards() {
    return streams.all().values().stream()
        .mapToInt(stream -> stream.state().openShards().size())
        .sum();
  }

  Object limits() {
    long onDemand =
        streams.all().values().stream()
            .filter(stream -> stream.state().mode().equals(ON_DEMAND))
            .count();
    return new Answers.Limits(MAX_SHARDS, openShards(), Math.toIntExact(onDemand), 50);
  }

  CompletionStage<?> delete(Requests.DeleteStream request) {
    return streams
        .change(
            resolver.name(request),
            stream -> {
              requireActive(stream);
              if (!stream.consumers().isEmpty()
                  && !Boolean.TRUE.equals(request.enforceConsumerDeletion())) {
                throw KinesisError.RESOURCE_IN_USE.because(
                    "Stream %s under account %s has consumers registered. Deregister them, or set EnforceConsumerDeletion."
                        .formatted(stream.name(), Arns.ACCOUNT));
              }
              return stream.withPending(new Change.Delete());
            })
        .thenApply(changed -> Answers.NONE);
  }

  static void requireActive(StreamState stream) {
    if (stream.status() != StreamState.Status.ACTIVE) {
      throw Describe.inUse(stream);
    }
  }

  CompletionStage<?> split(Requests.SplitShard request) {
    BigInteger at = Validation.hashKey("newStartingHashKey", request.newStartingHashKey());
    String id = Validation.name("shardToSplit", request.shardToSplit());
    return streams
        .change(
            resolver.name(request),
            stream -> {
              requireActive(stream);
              Shard shard = open(stream, id);
              if (!shard.range().isInside(at)) {
                throw KinesisError.INVALID_ARGUMENT.because(
                    "NewStartingHashKey %s used in SplitShard() on shard %s in stream %s under account %s is not both greater than one plus the shard's StartingHashKey %s and less than the shard's EndingHashKey %s."
                        .formatted(
                            at,
                            shard.id(),
                            stream.name(),
                            Arns.ACCOUNT,
                            shard.range().first(),
                            shard.range().last()));
              }
              requireRoom(1);
              return stream.withPending(new Change.Split(shard.number(), at));
            })
        .thenApply(changed -> Answers.NONE);
  }

  private static Shard open(StreamState stream, String id) {
    Shard shard =
        Shard.number(id)
            .flatMap(stream::shard)
            .orElseThrow(
                () ->
                    KinesisError.RESOURCE_NOT_FOUND.because(
                        "Could not find shard %s in stream %s under account %s."
                            .formatted(id, stream.name(), Arns.ACCOUNT)));
    if (!shard.isOpen()) {
      throw KinesisError.INVALID_ARGUMENT.because(
          "Shard %s in stream %s under account %s is closed."
              .formatted(shard.id(), stream.name(), Arns.ACCOUNT));
    }
    return shard;
  }

  CompletionStage<?> merge(Requests.MergeShards request) {
    String first = Validation.name("shardToMerge", request.shardToMerge());
    String second = Validation.name("adjacentShardToMerge", request.adjacentShardToMerge());
    return streams
        .change(
            resolver.name(request),
            stream -> {
              requireActive(stream);
              Shard one = open(stream, first);
              Shard other = open(stream, second);
              if (one.range().isBefore(other.range())) {
                return stream.withPending(new Change.Merge(one.number(), other.number()));
              }
              if (other.range().isBefore(one.range())) {
                return stream.withPending(new Change.Merge(other.number(), one.number()));
              }
              throw KinesisError.INVALID_ARGUMENT.because(
                  "Shards %s and %s in stream %s under account %s are not an adjacent pair of shards eligible for merging"
                      .formatted(one.id(), other.id(), stream.name(), Arns.ACCOUNT));
            })
        .thenApply(changed -> Answers.NONE);
  }

  CompletionStage<?> updateShardCount(Requests.UpdateShardCount request) {
    int target = Validation.between("targetShardCount", request.targetShardCount(), 1, 100_000);
    Validation.constant("scalingType", request.scalingType(), ScalingType.class);
    String name = resolver.name(request);
    int before = streams.find(name).state().openShards().size();
    return streams
        .change(
            name,
            stream -> {
              requireActive(stream);
              int open = stream.openShards().size();
              if (target > 2 * open) {
                throw scaled("up over double", open, target);
              }
              if (2 * target < open) {
                throw scaled("down below half", open, target);
              }
              requireRoom(target - open);
              return stream.withPending(new Change.Scale(target));
            })
        .thenApply(
            changed -> new Answers.ShardCount(name, before, target, resolver.arns().stream(name)));
  }

  private static KinesisException scaled(String where, int open, int target) {
    return KinesisError.INVALID_ARGUMENT.because(
        "UpdateShardCount cannot scale %s your current open shard count. Current open shard count: %d Target shard count: %d"
            .formatted(where, open, target));
  }
}
