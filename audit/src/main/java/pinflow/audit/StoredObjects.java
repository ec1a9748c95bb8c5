package pinflow.audit;

import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The objects that the sink has written, as {@code contracts/objects.md} describes them. */
public final class StoredObjects implements AutoCloseable {
  /** Others are no objects of the sink's: a store may list the file of a PUT that is under way. */
  private static final Pattern OBJECT = Pattern.compile("\\+\\d{10}\\.json(\\.gz)?$");

  private static final Pattern PARTITION = Pattern.compile("/partition=(\\d+)/");

  /** An object's metadata come by a request of its own. */
  private static final int REQUESTS_AT_ONCE = 16;

  private final Store store;

  /** Opened meanwhile: the SDK takes most of a second. */
  private final CompletableFuture<S3Client> opened;

  /**
   * Where the objects are.
   *
   * @param endpoint an endpoint other than AWS's own, or null
   * @param accessKey null for the AWS provider chain
   * @param prefix the folder in the bucket, such as {@code topics}
   */
  public record Store(
      @Nullable URI endpoint,
      String region,
      String bucket,
      @Nullable String accessKey,
      @Nullable String secretKey,
      String prefix) {
    @Override
    public String toString() {
      return "s3://" + bucket + "/" + prefix + (endpoint == null ? "" : " at " + endpoint);
    }
  }

  /**
   * An object as its metadata describes it.
   *
   * @param named the first offset by its key
   * @param first the first offset by its metadata, {@code last} the last, both included
   * @param bytes as the store has it; {@code written} as the sink wrote it
   * @param sha256 of what the sink wrote, lower-case hex; empty if it is not said
   */
  public record Range(
      String key,
      int partition,
      long named,
      long first,
      long last,
      long records,
      long bytes,
      long written,
      String sha256) {}

  public StoredObjects(Store store) {
    this.store = store;
    LoggerFactory.getILoggerFactory(); // two threads that are its first complain
    this.opened = CompletableFuture.supplyAsync(() -> open(store));
  }

  private static S3Client open(Store store) {
    var builder =
        S3Client.builder()
            .region(Region.of(store.region()))
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .forcePathStyle(store.endpoint() != null);
    if (store.endpoint() != null) {
      builder.endpointOverride(store.endpoint());
    }
    if (store.accessKey() != null && store.secretKey() != null) {
      builder.credentialsProvider(
          StaticCredentialsProvider.create(
              AwsBasicCredentials.create(store.accessKey(), store.secretKey())));
    }
    return builder.build();
  }

  private S3Client s3() {
    return join(opened);
  }

  /** Makes the bucket if it is not there. */
  public void createBucket() {
    reading(
        () -> {
          boolean there =
              s3().listBuckets().buckets().stream().anyMatch(b -> b.name().equals(store.bucket()));
          return there ? null : s3().createBucket(request -> request.bucket(store.bucket()));
        });
  }

  /**
   * The ranges of a topic's objects, by partition and first offset.
   *
   * @throws AuditException when the store does not answer, or an object is not one of the sink's
   */
  public List<Range> ranges(String topic) {
    ExecutorService threads = Executors.newFixedThreadPool(REQUESTS_AT_ONCE);
    try {
      return reading(
          () ->
              objects(topic)
                  .map(object -> CompletableFuture.supplyAsync(() -> range(object), threads))
                  .toList()
                  .stream()
                  .map(StoredObjects::join)
                  .sorted(Comparator.comparingInt(Range::partition).thenComparingLong(Range::first))
                  .toList());
    } finally {
      threads.shutdownNow();
    }
  }

  private static <T> T join(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /**
   * The offset after the last one that the store holds, by partition; nothing for a partition
   * without objects.
   */
  public Map<Integer, Long> ends(String topic) {
    return reading(
        () ->
            objects(topic)
                .collect(
                    Collectors.groupingBy(
                        object -> partition(object.key()),
                        Collectors.collectingAndThen(
                            Collectors.maxBy(Comparator.comparing(S3Object::key)),
                            newest -> newest.map(object -> range(object).last() + 1).orElse(0L)))));
  }

  /** The object whose range an offset is in. */
  Optional<Range> holding(String topic, int partition, long offset) {
    return reading(
        () ->
            objects("%s/partition=%d".formatted(topic, partition))
                .filter(object -> named(object.key()) <= offset)
                .max(Comparator.comparing(S3Object::key))
                .map(this::range)
                .filter(range -> range.last() >= offset));
  }

  /** An object's bytes. */
  byte[] body(String key) {
    return reading(
        () ->
            s3().getObjectAsBytes(request -> request.bucket(store.bucket()).key(key))
                .asByteArrayUnsafe());
  }

  /**
   * @param folder a topic, or a topic's {@code partition=<n>}
   */
  private Stream<S3Object> objects(String folder) {
    String prefix = store.prefix() + "/" + folder + "/";
    return s3()
        .listObjectsV2Paginator(request -> request.bucket(store.bucket()).prefix(prefix))
        .contents()
        .stream()
        .filter(object -> OBJECT.matcher(object.key()).find());
  }

  private Range range(S3Object object) {
    Map<String, String> metadata =
        s3().headObject(request -> request.bucket(store.bucket()).key(object.key())).metadata();
    return new Range(
        object.key(),
        partition(object.key()),
        named(object.key()),
        number(object, metadata, "first-offset"),
        number(object, metadata, "last-offset"),
        number(object, metadata, "record-count"),
        object.size(),
        number(object, metadata, "body-length"),
        metadata.getOrDefault("body-sha256", ""));
  }

  private static long named(String key) {
    return Long.parseLong(key.substring(key.lastIndexOf('+') + 1).substring(0, 10));
  }

  private static long number(S3Object object, Map<String, String> metadata, String key) {
    return Optional.ofNullable(metadata.get(key))
        .filter(text -> text.matches("\\d{1,18}"))
        .map(Long::parseLong)
        .orElseThrow(
            () ->
                new AuditException(
                    "Object %s has no metadata %s, so it was not written by the sink; move it out of the"
                            .formatted(object.key(), key)
                        + " topic's folder."));
  }

  private static int partition(String key) {
    Matcher matcher = PARTITION.matcher(key);
    if (!matcher.find()) {
      throw new AuditException(
          "Object %s is not in a folder partition=<n>, so it was not written by the sink; move it out"
                  .formatted(key)
              + " of the topic's folder.");
    }
    return Integer.parseInt(matcher.group(1));
  }

  private <T extends @Nullable Object> T reading(Supplier<T> read) {
    try {
      return read.get();
    } catch (SdkException e) {
      throw new AuditException(
          "The object store %s cannot be read: %s. Check store.endpoint, store.bucket and the keys."
              .formatted(store, e.getMessage()),
          e);
    }
  }

  @Override
  public void close() {
    s3().close();
  }
}
