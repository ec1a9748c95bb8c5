package pinflow.lake.batch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** A bucket in s3proxy over a folder, with objects as contracts/objects.md has them. */
public final class SinkBucket implements AutoCloseable {
  /** Keys that no test may find again. */
  public static final String ACCESS_KEY = "AKIAPINFLOWTESTKEY00";

  public static final String SECRET_KEY = "pinflow/test+secret/0123456789abcdefghij";

  private final S3Proxy proxy;
  private final S3Client s3;
  private final Store store;

  private SinkBucket(Path folder) throws Exception {
    Files.createDirectories(folder);
    proxy =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(folder.toAbsolutePath().toString()))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
            .stopTimeout(0)
            .build();
    proxy.start();
    URI endpoint = URI.create("http://127.0.0.1:" + proxy.getPort());
    store = new Store(endpoint, "us-east-1", "posts", ACCESS_KEY, SECRET_KEY, "topics");
    s3 =
        S3Client.builder()
            .endpointOverride(endpoint)
            .region(Region.US_EAST_1)
            .forcePathStyle(true)
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY)))
            .httpClientBuilder(ApacheHttpClient.builder())
            .build();
    s3.createBucket(bucket -> bucket.bucket(store.bucket()));
  }

  public static SinkBucket start(Path folder) throws Exception {
    return new SinkBucket(folder);
  }

  public Store store() {
    return store;
  }

  static String key(String topic, int partition, long first) {
    return "topics/%s/partition=%d/%s+%d+%010d.json"
        .formatted(topic, partition, topic, partition, first);
  }

  /** A line as the sink writes it for a JSON object. */
  static String line(Event event) {
    return "{\"_topic\":\"%s\",\"_partition\":%d,\"_offset\":%d,\"_timestamp\":%d,%s"
        .formatted(
            event.topic(),
            event.partition(),
            event.offset(),
            event.timestamp(),
            event.raw().substring(1));
  }

  /** Lands events of one partition as one object that begins with the first of them. */
  public void land(List<Event> events) {
    Event first = events.get(0);
    byte[] body = body(events.stream().map(SinkBucket::line).toList());
    put(
        key(first.topic(), first.partition(), first.offset()),
        body,
        metadata(first.offset(), events.get(events.size() - 1).offset(), events.size(), body));
  }

  static byte[] body(List<String> lines) {
    StringBuilder body = new StringBuilder();
    lines.forEach(line -> body.append(line).append('\n'));
    return body.toString().getBytes(StandardCharsets.UTF_8);
  }

  static byte[] gzipped(byte[] body) {
    ByteArrayOutputStream gzipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(gzipped)) {
      out.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return gzipped.toByteArray();
  }

  static Map<String, String> metadata(long first, long last, int records, byte[] body) {
    Map<String, String> metadata = new HashMap<>();
    metadata.put("first-offset", Long.toString(first));
    metadata.put("last-offset", Long.toString(last));
    metadata.put("record-count", Integer.toString(records));
    metadata.put("body-length", Integer.toString(body.length));
    try {
      metadata.put(
          "body-sha256",
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    return metadata;
  }

  void put(String key, byte[] body, Map<String, String> metadata) {
    s3.putObject(
        put -> put.bucket(store.bucket()).key(key).metadata(metadata), RequestBody.fromBytes(body));
  }

  void delete(String key) {
    s3.deleteObject(delete -> delete.bucket(store.bucket()).key(key));
  }

  @Override
  public void close() throws Exception {
    s3.close();
    proxy.stop();
  }
}
