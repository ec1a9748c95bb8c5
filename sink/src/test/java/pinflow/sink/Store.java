package pinflow.sink;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A bucket of an S3 store: of the one that PINFLOW_TEST_S3_ENDPOINT, _REGION, _ACCESS_KEY and
 * _SECRET_KEY name, or of s3proxy over a folder.
 */
final class Store implements AutoCloseable {

  private final @Nullable Path folder;
  private final String region;
  private final String accessKey;
  private final String secretKey;
  private final URI endpoint;
  private final S3Client s3;
  private final String bucket = "pinflow-sink-" + UUID.randomUUID();
  private @Nullable S3Proxy proxy;

  private Store(@Nullable Path folder) throws Exception {
    this.folder = folder;
    if (folder == null) {
      endpoint = URI.create(System.getenv("PINFLOW_TEST_S3_ENDPOINT"));
      region = System.getenv().getOrDefault("PINFLOW_TEST_S3_REGION", "us-east-1");
      accessKey = System.getenv("PINFLOW_TEST_S3_ACCESS_KEY");
      secretKey = System.getenv("PINFLOW_TEST_S3_SECRET_KEY");
    } else {
      region = "us-east-1";
      accessKey = "key";
      secretKey = "secret";
      proxy = startProxy(folder, 0);
      endpoint = URI.create("http://127.0.0.1:" + proxy.getPort());
    }
    s3 =
        S3Client.builder()
            .endpointOverride(endpoint)
            .region(Region.of(region))
            .forcePathStyle(true)
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)))
            .httpClientBuilder(ApacheHttpClient.builder())
            .build();
    s3.createBucket(b -> b.bucket(bucket));
  }

  static boolean isExternal() {
    return System.getenv("PINFLOW_TEST_S3_ENDPOINT") != null;
  }

  static Store start(Path folder) throws Exception {
    return new Store(isExternal() ? null : folder);
  }

  /** The properties that lead a sink here. */
  Map<String, String> properties() {
    return Map.of(
        "s3.region", region,
        "s3.bucket.name", bucket,
        "store.url", endpoint.toString(),
        "aws.access.key.id", accessKey,
        "aws.secret.access.key", secretKey);
  }

  /** Stops answering, until {@link #comeBack}. */
  void goAway() throws Exception {
    if (proxy != null) {
      proxy.stop();
    }
  }

  void comeBack() throws Exception {
    if (folder != null) {
      proxy = startProxy(folder, endpoint.getPort());
    }
  }

  List<String> keys() {
    return s3.listObjectsV2Paginator(l -> l.bucket(bucket)).contents().stream()
        .map(S3Object::key)
        .toList();
  }

  /** An object; its lines without their line feeds. */
  record Stored(Map<String, String> metadata, byte[] body, List<String> lines) {}

  Stored read(String key) {
    ResponseBytes<GetObjectResponse> object = s3.getObjectAsBytes(g -> g.bucket(bucket).key(key));
    byte[] body = object.asByteArray();
    try (InputStream in =
        key.endsWith(".gz")
            ? new GZIPInputStream(new ByteArrayInputStream(body))
            : new ByteArrayInputStream(body)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return new Stored(object.response().metadata(), body, text.lines().toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] body(String key) {
    return read(key).body();
  }

  /** Puts an object in anyone's place, as a crash or another program may. */
  void overwrite(String key, byte[] body, Map<String, String> metadata) {
    s3.putObject(
        p -> p.bucket(bucket).key(key).metadata(metadata).contentType("application/x-ndjson"),
        RequestBody.fromBytes(body));
  }

  @Override
  public void close() throws Exception {
    for (String key : keys()) {
      s3.deleteObject(d -> d.bucket(bucket).key(key));
    }
    s3.deleteBucket(d -> d.bucket(bucket));
    s3.close();
    goAway();
  }

  private static S3Proxy startProxy(Path folder, int port) throws Exception {
    S3Proxy started =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(folder.toAbsolutePath().toString()))
            .endpoint(URI.create("http://127.0.0.1:" + port))
            .awsAuthentication(AuthenticationType.AWS_V4, "key", "secret")
            .stopTimeout(0)
            .build();
    started.start();
    return started;
  }
}
