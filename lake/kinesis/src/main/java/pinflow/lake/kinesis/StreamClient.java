package pinflow.lake.kinesis;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.KinesisClientBuilder;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/**
 * Kinesis as the source asks it. A request that fails for now is sent again, with backoff, as often
 * as {@code clientRetries} says; what remains becomes a {@link KinesisSourceException}.
 */
final class StreamClient {
  private static final Map<SourceOptions.Connection, KinesisClient> OPEN =
      new ConcurrentHashMap<>();

  private static final Duration FIRST_DELAY = Duration.ofMillis(100);
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(5);
  private static final Duration ATTEMPT = Duration.ofSeconds(30);

  private final SourceOptions options;
  private final KinesisClient kinesis;

  /** With a client that all tasks of this JVM share. */
  StreamClient(SourceOptions options) {
    this.options = options;
    this.kinesis = OPEN.computeIfAbsent(options.connection(), StreamClient::client);
  }

  private static KinesisClient client(SourceOptions.Connection connection) {
    StandardRetryStrategy retries =
        AwsRetryStrategy.standardRetryStrategy().toBuilder()
            .maxAttempts(connection.retries() + 1)
            .backoffStrategy(BackoffStrategy.exponentialDelay(FIRST_DELAY, LONGEST_DELAY))
            .throttlingBackoffStrategy(BackoffStrategy.exponentialDelay(FIRST_DELAY, LONGEST_DELAY))
            // Its budget is for many callers of one service; here retries are bounded by number.
            .circuitBreakerEnabled(false)
            .retryOnException(LimitExceededException.class)
            .build();
    KinesisClientBuilder builder =
        KinesisClient.builder()
            .httpClientBuilder(ApacheHttpClient.builder())
            .overrideConfiguration(
                settings -> settings.retryStrategy(retries).apiCallAttemptTimeout(ATTEMPT));
    if (connection.region() != null) {
      builder.region(Region.of(connection.region()));
    }
    if (connection.endpoint() != null) {
      builder.endpointOverride(connection.endpoint());
    }
    SourceOptions.Keys keys = connection.keys();
    if (keys != null) {
      builder.credentialsProvider(StaticCredentialsProvider.create(credentials(keys)));
    }
    try {
      return builder.build();
    } catch (SdkClientException e) {
      throw new KinesisSourceException(
          "The AWS client cannot be made: %s Mend the options region, endpoint, awsAccessKey and awsSecretKey, or the AWS settings of this machine."
              .formatted(e.getMessage()),
          e);
    }
  }

  private static AwsCredentials credentials(SourceOptions.Keys keys) {
    return keys.sessionToken() == null
        ? AwsBasicCredentials.create(keys.accessKey(), keys.secretKey())
        : AwsSessionCredentials.create(keys.accessKey(), keys.secretKey(), keys.sessionToken());
  }

  /** The stream, which is waited for while it is being made. */
  StreamDescriptionSummary describe() {
    StreamDescriptionSummary stream = summary();
    if (stream.streamStatus() == StreamStatus.CREATING) {
      sending(
          "DescribeStream",
          () ->
              kinesis
                  .waiter()
                  .waitUntilStreamExists(
                      request -> request.streamName(options.stream()),
                      waiting ->
                          waiting
                              .maxAttempts(120)
                              .backoffStrategyV2(
                                  BackoffStrategy.fixedDelayWithoutJitter(Duration.ofSeconds(1)))));
      return summary();
    }
    return stream;
  }

  private StreamDescriptionSummary summary() {
    return sending(
            "DescribeStreamSummary",
            () -> kinesis.describeStreamSummary(request -> request.streamName(options.stream())))
        .streamDescriptionSummary();
  }

  /** All shards that the stream lists: open ones, and closed ones until their records are gone. */
  Lineage shards() {
    List<Shard> shards = new ArrayList<>();
    String next = null;
    do {
      String token = next;
      ListShardsResponse page =
          sending(
              "ListShards",
              () ->
                  kinesis.listShards(
                      request ->
                          // With a token the stream must not be named.
                          request
                              .nextToken(token)
                              .streamName(token == null ? options.stream() : null)));
      shards.addAll(page.shards());
      next = page.nextToken();
    } while (next != null);
    return Lineage.of(shards);
  }

  /** An iterator that begins with the first record that is not read at a position. */
  String iterator(String shard, ShardPosition position) {
    GetShardIteratorRequest.Builder request =
        GetShardIteratorRequest.builder().streamName(options.stream()).shardId(shard);
    String last = position.last();
    if (last != null) {
      request
          .shardIteratorType(ShardIteratorType.AFTER_SEQUENCE_NUMBER)
          .startingSequenceNumber(last);
    } else if (position instanceof ShardPosition.AtTimestamp at) {
      request
          .shardIteratorType(ShardIteratorType.AT_TIMESTAMP)
          .timestamp(Instant.ofEpochMilli(at.timestamp()));
    } else {
      request.shardIteratorType(ShardIteratorType.TRIM_HORIZON);
    }
    return sending("GetShardIterator", () -> kinesis.getShardIterator(request.build()))
        .shardIterator();
  }

  /**
   * @throws ExpiredIteratorException when the iterator is older than five minutes
   */
  GetRecordsResponse records(String iterator) {
    return sending(
        "GetRecords",
        () ->
            kinesis.getRecords(
                request -> request.shardIterator(iterator).limit(options.maxRecordsPerFetch())));
  }

  private <T> T sending(String action, Supplier<T> request) {
    try {
      return request.get();
    } catch (ExpiredIteratorException | AbortedException e) {
      throw e;
    } catch (ResourceNotFoundException e) {
      throw failed(action, "is not there", e, "Create it, or mend streamName, region or endpoint.");
    } catch (AwsServiceException e) {
      throw failed(
          action,
          "refused " + action,
          e,
          e.statusCode() >= 500
              ? "The query can be started again; it takes up where it was."
              : "Mend what it says; the query then takes up where it was.");
    } catch (SdkClientException e) {
      throw failed(
          action,
          "could not be asked (" + action + ")",
          e,
          "See that it can be reached from here and that the credentials hold; the query can be started again and takes up where it was.");
    }
  }

  private KinesisSourceException failed(
      String action, String what, RuntimeException cause, String remedy) {
    String said =
        cause instanceof AwsServiceException e && e.awsErrorDetails() != null
            ? "%s: %s"
                .formatted(e.awsErrorDetails().errorCode(), e.awsErrorDetails().errorMessage())
            : said(cause);
    return new KinesisSourceException(
        "Stream %s %s: %s. %s".formatted(options, what, said.replaceAll("\\.$", ""), remedy),
        cause);
  }

  private static String said(@Nullable Throwable cause) {
    Throwable last = cause;
    while (last != null && last.getCause() != null) {
      last = last.getCause();
    }
    return String.valueOf(last == null ? null : last.getMessage());
  }
}
