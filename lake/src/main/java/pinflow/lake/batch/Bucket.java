package pinflow.lake.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import pinflow.lake.tables.LakeException;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Lists and reads the sink's objects (contracts/objects.md). */
final class Bucket {
  private static final Map<Store, Bucket> OPEN = new ConcurrentHashMap<>();
  private static final Pattern PARTITION = Pattern.compile("partition=(\\d+)/$");

  private final Store store;
  private final S3Client s3;

  private Bucket(Store store) {
    this.store = store;
    var builder =
        S3Client.builder()
            .region(Region.of(store.region()))
            .httpClientBuilder(ApacheHttpClient.builder())
            .forcePathStyle(store.endpoint() != null);
    if (store.endpoint() != null) {
      builder.endpointOverride(store.endpoint());
    }
    if (store.accessKey() != null && store.secretKey() != null) {
      builder.credentialsProvider(
          StaticCredentialsProvider.create(
              AwsBasicCredentials.create(store.accessKey(), store.secretKey())));
    }
    this.s3 = builder.build();
  }

  /** The bucket, with a client that all of this process's tasks share. */
  static Bucket of(Store store) {
    return OPEN.computeIfAbsent(store, Bucket::new);
  }

  /** The partitions of which a topic has objects. */
  List<Integer> partitions(String topic) {
    String folder = store.prefix() + "/" + topic + "/";
    return reading(
        () -> {
          List<Integer> partitions = new ArrayList<>();
          s3
              .listObjectsV2Paginator(
                  list -> list.bucket(store.bucket()).prefix(folder).delimiter("/"))
              .commonPrefixes()
              .stream()
              .map(prefix -> PARTITION.matcher(prefix.prefix()))
              .filter(Matcher::find)
              .forEach(matcher -> partitions.add(Integer.parseInt(matcher.group(1))));
          return partitions;
        });
  }

  /** The keys of a partition's objects that begin at an offset or later, in their order. */
  List<String> objects(String topic, int partition, long from) {
    String names =
        "%s/%s/partition=%d/%s+%d+".formatted(store.prefix(), topic, partition, topic, partition);
    // Others are no objects of the sink's: s3proxy lists the file of a PUT that is under way.
    Pattern object = Pattern.compile(Pattern.quote(names) + "\\d{10}\\.json(\\.gz)?");
    return reading(
        () ->
            s3
                .listObjectsV2Paginator(
                    list ->
                        list.bucket(store.bucket())
                            .prefix(names)
                            .startAfter(names + "%010d".formatted(from)))
                .contents()
                .stream()
                .map(found -> found.key())
                .filter(key -> object.matcher(key).matches())
                .toList());
  }

  /** The offset with which an object's key says that it begins. */
  static long firstOffset(String key) {
    return Long.parseLong(
        key.substring(key.lastIndexOf('+') + 1, key.indexOf(".json", key.lastIndexOf('+'))));
  }

  /** The offset of an object's last record, by its metadata; nothing if it is not there. */
  Optional<Long> lastOffset(String key) {
    return reading(
        () -> {
          try {
            var head = s3.headObject(request -> request.bucket(store.bucket()).key(key));
            return Optional.of(number(key, head.metadata(), "last-offset"));
          } catch (NoSuchKeyException e) {
            return Optional.empty();
          }
        });
  }

  /** An object's bytes and its metadata. */
  ResponseBytes<GetObjectResponse> read(String key) {
    return reading(
        () -> {
          try {
            return s3.getObjectAsBytes(get -> get.bucket(store.bucket()).key(key));
          } catch (NoSuchKeyException e) {
            throw gone(key);
          }
        });
  }

  static LakeException gone(String key) {
    return LakeException.found(
        "Object %s was listed and is gone, so this run wrote nothing. If the sink writes it again the next run takes it; else restore it and run the job again."
            .formatted(key));
  }

  static long number(String key, Map<String, String> metadata, String name) {
    String text = metadata.get(name);
    if (text == null || !text.matches("\\d{1,18}")) {
      throw LakeException.found(
          "Object %s has no metadata %s, so it was not written by the sink; move it out of the topic's folder."
              .formatted(key, name));
    }
    return Long.parseLong(text);
  }

  private <T> T reading(Supplier<T> read) {
    try {
      return read.get();
    } catch (SdkException e) {
      throw LakeException.found(
          "The object store %s cannot be read: %s. Check store.endpoint, store.bucket and the keys."
              .formatted(store, e.getMessage()),
          e);
    }
  }
}
