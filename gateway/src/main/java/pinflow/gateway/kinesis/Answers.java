package pinflow.gateway.kinesis;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The actions' answers, as the API reference names their fields. */
// Carriers, never compared.
@SuppressWarnings("ArrayRecordComponent")
final class Answers {
  private Answers() {}

  /** Of the actions that answer nothing. */
  static final Object NONE = new Object();

  record HashKeyRange(String startingHashKey, String endingHashKey) {
    static HashKeyRange of(HashRange range) {
      return new HashKeyRange(range.first().toString(), range.last().toString());
    }
  }

  record SequenceNumberRange(
      String startingSequenceNumber, @Nullable String endingSequenceNumber) {}

  record ShardDescription(
      String shardId,
      @Nullable String parentShardId,
      @Nullable String adjacentParentShardId,
      HashKeyRange hashKeyRange,
      SequenceNumberRange sequenceNumberRange) {

    static ShardDescription of(StreamState stream, Shard shard) {
      Long end = shard.end();
      return new ShardDescription(
          shard.id(),
          shard.parent() == null ? null : Shard.id(shard.parent()),
          shard.adjacentParent() == null ? null : Shard.id(shard.adjacentParent()),
          HashKeyRange.of(shard.range()),
          new SequenceNumberRange(
              stream.at(shard, 0).toString(),
              end == null ? null : stream.at(shard, end).toString()));
    }
  }

  record EnhancedMetrics(List<String> shardLevelMetrics) {}

  record StreamDescription(
      String streamName,
      String streamARN,
      String streamStatus,
      Requests.ModeDetails streamModeDetails,
      List<ShardDescription> shards,
      boolean hasMoreShards,
      int retentionPeriodHours,
      Instant streamCreationTimestamp,
      List<EnhancedMetrics> enhancedMonitoring,
      String encryptionType,
      @Nullable String keyId) {}

  record DescribedStream(StreamDescription streamDescription) {}

  record StreamDescriptionSummary(
      String streamName,
      String streamARN,
      String streamStatus,
      Requests.ModeDetails streamModeDetails,
      int retentionPeriodHours,
      Instant streamCreationTimestamp,
      List<EnhancedMetrics> enhancedMonitoring,
      String encryptionType,
      @Nullable String keyId,
      int openShardCount,
      int consumerCount,
      int maxRecordSizeInKiB) {}

  record DescribedSummary(StreamDescriptionSummary streamDescriptionSummary) {}

  record StreamSummary(
      String streamName,
      String streamARN,
      String streamStatus,
      Requests.ModeDetails streamModeDetails,
      Instant streamCreationTimestamp) {}

  record ListedStreams(
      List<String> streamNames,
      boolean hasMoreStreams,
      @Nullable String nextToken,
      List<StreamSummary> streamSummaries) {}

  record ListedShards(List<ShardDescription> shards, @Nullable String nextToken) {}

  record Limits(
      int shardLimit, int openShardCount, int onDemandStreamCount, int onDemandStreamCountLimit) {}

  record PutRecord(String shardId, String sequenceNumber, @Nullable String encryptionType) {}

  record PutEntry(
      @Nullable String sequenceNumber,
      @Nullable String shardId,
      @Nullable String errorCode,
      @Nullable String errorMessage) {}

  record PutRecords(
      int failedRecordCount, List<PutEntry> records, @Nullable String encryptionType) {}

  record Iterator(String shardIterator) {}

  record Record(
      String sequenceNumber,
      Instant approximateArrivalTimestamp,
      byte[] data,
      String partitionKey,
      @Nullable String encryptionType) {}

  record ChildShard(String shardId, List<String> parentShards, HashKeyRange hashKeyRange) {}

  record Records(
      List<Record> records,
      @Nullable String nextShardIterator,
      long millisBehindLatest,
      @Nullable List<ChildShard> childShards) {}

  record Monitoring(
      String streamName,
      List<String> currentShardLevelMetrics,
      List<String> desiredShardLevelMetrics,
      String streamARN) {}

  record Tag(String key, String value) {}

  record StreamTags(List<Tag> tags, boolean hasMoreTags) {}

  record ResourceTags(List<Tag> tags) {}

  record Policy(String policy) {}

  record Consumer(
      String consumerName,
      String consumerARN,
      String consumerStatus,
      Instant consumerCreationTimestamp) {}

  record RegisteredConsumer(Consumer consumer) {}

  record ConsumerDescription(
      String consumerName,
      String consumerARN,
      String consumerStatus,
      Instant consumerCreationTimestamp,
      String streamARN) {}

  record DescribedConsumer(ConsumerDescription consumerDescription) {}

  record ListedConsumers(List<Consumer> consumers, @Nullable String nextToken) {}

  record ShardEvent(
      List<Record> records,
      @Nullable String continuationSequenceNumber,
      long millisBehindLatest,
      @Nullable List<ChildShard> childShards) {}

  record ShardCount(
      String streamName, int currentShardCount, int targetShardCount, String streamARN) {}
}
