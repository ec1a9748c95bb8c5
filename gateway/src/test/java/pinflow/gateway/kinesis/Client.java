package pinflow.gateway.kinesis;

import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import pinflow.gateway.Rig;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ShardFilterType;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/** AWS's SDK as its users use it. */
final class Client {
  private Client() {}

  static KinesisClient of(Rig rig) {
    return of(rig, true, "any", "any", Region.US_EAST_1);
  }

  static KinesisClient of(
      Rig rig, boolean cbor, String accessKey, String secretKey, Region region) {
    System.setProperty("aws.cborEnabled", Boolean.toString(cbor)); // read when a client is made
    try {
      return KinesisClient.builder()
          .endpointOverride(rig.gateway().url())
          .region(region)
          .credentialsProvider(
              StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)))
          .httpClient(UrlConnectionHttpClient.create())
          .build();
    } finally {
      System.clearProperty("aws.cborEnabled");
    }
  }

  static KinesisClient withoutRetries(Rig rig) {
    return of(rig.gateway().url());
  }

  /** Tells the first answer, whatever it is. */
  static KinesisClient of(URI url) {
    return KinesisClient.builder()
        .endpointOverride(url)
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
        .httpClient(UrlConnectionHttpClient.create())
        .overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1)))
        .build();
  }

  static void awaitActive(KinesisClient kinesis, String stream) {
    Rig.until(
        () ->
            kinesis
                    .describeStreamSummary(r -> r.streamName(stream))
                    .streamDescriptionSummary()
                    .streamStatus()
                == StreamStatus.ACTIVE);
  }

  static void create(KinesisClient kinesis, String stream, int shards) {
    kinesis.createStream(r -> r.streamName(stream).shardCount(shards));
    awaitActive(kinesis, stream);
  }

  static PutRecordResponse put(KinesisClient kinesis, String stream, String key, String data) {
    return kinesis.putRecord(
        r -> r.streamName(stream).partitionKey(key).data(SdkBytes.fromUtf8String(data)));
  }

  /**
   * All records of a stream as a KCL application reads them: a shard's children after the shard.
   */
  static List<Record> walk(KinesisClient kinesis, String stream) {
    List<Record> records = new ArrayList<>();
    Deque<String> ready = new ArrayDeque<>();
    Set<String> done = new HashSet<>();
    kinesis
        .listShards(
            r -> r.streamName(stream).shardFilter(f -> f.type(ShardFilterType.AT_TRIM_HORIZON)))
        .shards()
        .forEach(shard -> ready.add(shard.shardId()));
    while (!ready.isEmpty()) {
      String shard = ready.remove();
      List<ChildShard> children = read(kinesis, stream, shard, records);
      done.add(shard);
      for (ChildShard child : children) {
        if (done.containsAll(child.parentShards()) && !ready.contains(child.shardId())) {
          ready.add(child.shardId());
        }
      }
    }
    return records;
  }

  /** To the shard's end, or to its newest record when it is open; answers its children. */
  static List<ChildShard> read(
      KinesisClient kinesis, String stream, String shard, List<Record> into) {
    String iterator =
        kinesis
            .getShardIterator(
                r ->
                    r.streamName(stream)
                        .shardId(shard)
                        .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
            .shardIterator();
    while (true) {
      String place = iterator;
      GetRecordsResponse page = kinesis.getRecords(r -> r.shardIterator(place).limit(500));
      into.addAll(page.records());
      if (page.nextShardIterator() == null) {
        return page.childShards();
      }
      if (page.millisBehindLatest() == 0) {
        return List.of();
      }
      iterator = page.nextShardIterator();
    }
  }
}
