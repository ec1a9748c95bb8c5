package pinflow.gateway.kinesis;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of a stream but its records; kept in the log (contracts: streams.md).
 *
 * @param created epoch milliseconds
 * @param mode PROVISIONED or ON_DEMAND
 * @param nextShard the number of the next shard that is made
 * @param keyId of the encryption; null for none
 * @param metrics of the enhanced monitoring
 * @param policies by ARN, of the stream and its consumers
 * @param pending null when the stream is at rest
 */
record StreamState(
    String name,
    long created,
    String mode,
    int retentionHours,
    List<Shard> shards,
    int nextShard,
    Map<String, String> tags,
    @Nullable String keyId,
    Set<String> metrics,
    List<Consumer> consumers,
    Map<String, String> policies,
    @Nullable Change pending) {

  /** As clients see it. */
  enum Status {
    CREATING,
    DELETING,
    ACTIVE,
    UPDATING
  }

  /**
   * A registered consumer.
   *
   * @param created epoch milliseconds; its ARN has the seconds
   */
  record Consumer(String name, long created, Map<String, String> tags) {
    Consumer withTags(Map<String, String> newTags) {
      return new Consumer(name, created, newTags);
    }
  }

  /** A new stream of equal shards, to be made. */
  static StreamState creating(
      String name, int shards, String mode, Map<String, String> tags, long now) {
    return new StreamState(
        name,
        now,
        mode,
        24,
        IntStream.range(0, shards)
            .mapToObj(i -> new Shard(i, null, null, HashRange.part(i, shards), 0, now, null, null))
            .toList(),
        shards,
        tags,
        null,
        Set.of(),
        List.of(),
        Map.of(),
        new Change.Create());
  }

  @JsonIgnore
  Status status() {
    Change change = pending;
    if (change == null) {
      return Status.ACTIVE;
    }
    // Without default, so that a new kind of change must be named here.
    if (change instanceof Change.Create) {
      return Status.CREATING;
    }
    return change instanceof Change.Delete ? Status.DELETING : Status.UPDATING;
  }

  @JsonIgnore
  List<Shard> openShards() {
    return shards.stream()
        .filter(Shard::isOpen)
        .sorted(Comparator.comparing(shard -> shard.range().first()))
        .toList();
  }

  /** The shards that hold records: open, or closed for less than the retention. */
  List<Shard> liveShards(long now) {
    long horizon = horizon(now);
    return shards.stream()
        .filter(shard -> shard.closed() == null || shard.closed() > horizon)
        .toList();
  }

  /** The oldest record that is kept, epoch milliseconds. */
  long horizon(long now) {
    return Math.max(created, now - Duration.ofHours(retentionHours).toMillis());
  }

  Optional<Shard> shard(int number) {
    return shards.stream().filter(shard -> shard.number() == number).findFirst();
  }

  SequenceNumber at(Shard shard, long position) {
    return new SequenceNumber(created, shard.generation(), shard.number(), position);
  }

  StreamState withPending(@Nullable Change change) {
    return new StreamState(
        name,
        created,
        mode,
        retentionHours,
        shards,
        nextShard,
        tags,
        keyId,
        metrics,
        consumers,
        policies,
        change);
  }

  StreamState withShards(List<Shard> newShards, int newNextShard, @Nullable Change change) {
    return new StreamState(
        name,
        created,
        mode,
        retentionHours,
        newShards,
        newNextShard,
        tags,
        keyId,
        metrics,
        consumers,
        policies,
        change);
  }

  StreamState withMode(String newMode) {
    return new StreamState(
        name,
        created,
        newMode,
        retentionHours,
        shards,
        nextShard,
        tags,
        keyId,
        metrics,
        consumers,
        policies,
        pending);
  }

  StreamState withRetention(int hours) {
    return new StreamState(
        name, created, mode, hours, shards, nextShard, tags, keyId, metrics, consumers, policies,
        pending);
  }

  StreamState withTags(Map<String, String> newTags) {
    return new StreamState(
        name,
        created,
        mode,
        retentionHours,
        shards,
        nextShard,
        newTags,
        keyId,
        metrics,
        consumers,
        policies,
        pending);
  }

  StreamState withKeyId(@Nullable String newKeyId) {
    return new StreamState(
        name,
        created,
        mode,
        retentionHours,
        shards,
        nextShard,
        tags,
        newKeyId,
        metrics,
        consumers,
        policies,
        pending);
  }

  StreamState withMetrics(Set<String> newMetrics) {
    return new StreamState(
        name,
        created,
        mode,
        retentionHours,
        shards,
        nextShard,
        tags,
        keyId,
        newMetrics,
        consumers,
        policies,
        pending);
  }

  StreamState withConsumers(List<Consumer> newConsumers) {
    return new StreamState(
        name,
        created,
        mode,
        retentionHours,
        shards,
        nextShard,
        tags,
        keyId,
        metrics,
        newConsumers,
        policies,
        pending);
  }

  StreamState withPolicies(Map<String, String> newPolicies) {
    return new StreamState(
        name,
        created,
        mode,
        retentionHours,
        shards,
        nextShard,
        tags,
        keyId,
        metrics,
        consumers,
        newPolicies,
        pending);
  }
}
