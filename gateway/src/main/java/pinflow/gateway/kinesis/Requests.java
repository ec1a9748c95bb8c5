package pinflow.gateway.kinesis;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The actions' requests, as the API reference names their fields. */
// Carriers, never compared.
@SuppressWarnings("ArrayRecordComponent")
final class Requests {
  private Requests() {}

  /** A request about one stream, which its name or its ARN tells. */
  interface OfStream {
    @Nullable String streamName();

    @Nullable String streamARN();
  }

  record ModeDetails(@Nullable String streamMode) {}

  record CreateStream(
      @Nullable String streamName,
      @Nullable Integer shardCount,
      @Nullable ModeDetails streamModeDetails,
      @Nullable Map<String, String> tags,
      @Nullable Integer maxRecordSizeInKiB) {}

  record DeleteStream(
      @Nullable String streamName,
      @Nullable String streamARN,
      @Nullable Boolean enforceConsumerDeletion)
      implements OfStream {}

  record DescribeStream(
      @Nullable String streamName,
      @Nullable String streamARN,
      @Nullable Integer limit,
      @Nullable String exclusiveStartShardId)
      implements OfStream {}

  record DescribeStreamSummary(@Nullable String streamName, @Nullable String streamARN)
      implements OfStream {}

  record ListStreams(
      @Nullable Integer limit,
      @Nullable String exclusiveStartStreamName,
      @Nullable String nextToken) {}

  record ShardFilter(
      @Nullable String type, @Nullable String shardId, @Nullable Instant timestamp) {}

  record ListShards(
      @Nullable String streamName,
      @Nullable String streamARN,
      @Nullable String nextToken,
      @Nullable String exclusiveStartShardId,
      @Nullable Integer maxResults,
      @Nullable Instant streamCreationTimestamp,
      @Nullable ShardFilter shardFilter)
      implements OfStream {}

  record PutRecord(
      @Nullable String streamName,
      @Nullable String streamARN,
      byte @Nullable [] data,
      @Nullable String partitionKey,
      @Nullable String explicitHashKey,
      @Nullable String sequenceNumberForOrdering)
      implements OfStream {}

  record Entry(
      byte @Nullable [] data, @Nullable String partitionKey, @Nullable String explicitHashKey) {}

  record PutRecords(
      @Nullable String streamName, @Nullable String streamARN, @Nullable List<Entry> records)
      implements OfStream {}

  record GetShardIterator(
      @Nullable String streamName,
      @Nullable String streamARN,
      @Nullable String shardId,
      @Nullable String shardIteratorType,
      @Nullable String startingSequenceNumber,
      @Nullable Instant timestamp)
      implements OfStream {}

  record GetRecords(
      @Nullable String shardIterator, @Nullable Integer limit, @Nullable String streamARN) {}

  record SplitShard(
      @Nullable String streamName,
      @Nullable String streamARN,
      @Nullable String shardToSplit,
      @Nullable String newStartingHashKey)
      implements OfStream {}

  record MergeShards(
      @Nullable String streamName,
      @Nullable String streamARN,
      @Nullable String shardToMerge,
      @Nullable String adjacentShardToMerge)
      implements OfStream {}

  record UpdateStreamMode(
      @Nullable String streamName,
      @Nullable String streamARN,
      @Nullable ModeDetails streamModeDetails)
      implements OfStream {}

  record Retention(
      @Nullable String streamName,
      @Nullable String streamARN,
      @Nullable Integer retentionPeriodHours)
      implements OfStream {}

  record Encryption(
      @Nullable String streamName,
      @Nullable String streamARN,
      @Nullable String encryptionType,
      @Nullable String keyId)
      implements OfStream {}

  record Monitoring(
      @Nullable String streamName,
      @Nullable String streamARN,
      @Nullable List<String> shardLevelMetrics)
      implements OfStream {}

  record AddTags(
      @Nullable String streamName, @Nullable String streamARN, @Nullable Map<String, String> tags)
      implements OfStream {}

  record RemoveTags(
      @Nullable String streamName, @Nullable String streamARN, @Nullable List<String> tagKeys)
      implements OfStream {}

  record ListTags(
      @Nullable String streamName,
      @Nullable String streamARN,
      @Nullable String exclusiveStartTagKey,
      @Nullable Integer limit)
      implements OfStream {}

  record TagResource(@Nullable String resourceARN, @Nullable Map<String, String> tags) {}

  record UntagResource(@Nullable String resourceARN, @Nullable List<String> tagKeys) {}

  record OfResource(@Nullable String resourceARN) {}

  record PutPolicy(@Nullable String resourceARN, @Nullable String policy) {}

  record RegisterConsumer(
      @Nullable String streamARN,
      @Nullable String consumerName,
      @Nullable Map<String, String> tags) {}

  record OfConsumer(
      @Nullable String consumerARN, @Nullable String streamARN, @Nullable String consumerName) {}

  record ListConsumers(
      @Nullable String streamARN, @Nullable String nextToken, @Nullable Integer maxResults) {}

  record StartingPosition(
      @Nullable String type, @Nullable String sequenceNumber, @Nullable Instant timestamp) {}

  record SubscribeToShard(
      @Nullable String consumerARN,
      @Nullable String shardId,
      @Nullable StartingPosition startingPosition) {}

  record UpdateShardCount(
      @Nullable String streamName,
      @Nullable String streamARN,
      @Nullable Integer targetShardCount,
      @Nullable String scalingType)
      implements OfStream {}
}
