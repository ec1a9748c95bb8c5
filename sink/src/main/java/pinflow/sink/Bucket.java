package pinflow.sink;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.security.DigestInputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The bucket, by the four requests that the sink makes.
 *
 * <p>What may pass by itself (no answer, 408, 409, 429, 5xx, an object changed under our hands)
 * ends as {@link RetriableException}, after the S3 client's own retries; anything else as {@link
 * ConnectException}.
 */
final class Bucket implements AutoCloseable {

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ATTEMPT = Duration.ofSeconds(30);

  /** With all retries; well below a consumer's max.poll.interval.ms of five minutes. */
  private static final Duration CALL = Duration.ofSeconds(90);

  private final S3Client s3;
  private final String name;

  private Bucket(S3Client s3, String name) {
    this.s3 = s3;
    this.name = name;
  }

  static Bucket open(SinkConfig config) {
    S3ClientBuilder builder =
        S3Client.builder()
            .region(Region.of(config.getString(SinkConfig.REGION)))
            .credentialsProvider(credentials(config))
            .forcePathStyle(config.getBoolean(SinkConfig.PATH_STYLE))
            // Stores other than AWS's do not all know the checksum trailers.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .httpClientBuilder(
                ApacheHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(ATTEMPT))
            .overrideConfiguration(o -> o.apiCallAttemptTimeout(ATTEMPT).apiCallTimeout(CALL));
    String url = config.getString(SinkConfig.STORE_URL);
    if (url != null) {
      builder.endpointOverride(URI.create(url));
    }
    return new Bucket(builder.build(), config.getString(SinkConfig.BUCKET));
  }

  private static AwsCredentialsProvider credentials(SinkConfig config) {
    String id = config.getString(SinkConfig.ACCESS_KEY);
    Password secret = config.getPassword(SinkConfig.SECRET_KEY);
    return id == null || secret == null
        ? DefaultCredentialsProvider.builder().build()
        : StaticCredentialsProvider.create(AwsBasicCredentials.create(id, secret.value()));
  }

  /** The first keys, at most 1,000, that begin with {@code prefix} and sort after {@code after}. */
  Page list(String prefix, String after) {
    return call(
        "list " + prefix,
        () -> {
          ListObjectsV2Response reply =
              s3.listObjectsV2(r -> r.bucket(name).prefix(prefix).startAfter(after));
          return new Page(
              reply.contents().stream().map(S3Object::key).collect(Collectors.toList()),
              reply.isTruncated());
        });
  }

  /**
   * Writes an object if its key is free.
   *
   * @return false if the key is taken: by another task, or by a request of ours whose answer was
   *     lost
   */
  boolean putIfAbsent(String key, String type, Map<String, String> metadata, byte[] body) {
    return call(
        "write " + key,
        () -> {
          try {
            s3.putObject(
                r -> r.bucket(name).key(key).contentType(type).metadata(metadata).ifNoneMatch("*"),
                RequestBody.fromContentProvider(
                    ContentStreamProvider.fromByteArrayUnsafe(body), body.length, type));
            return true;
          } catch (S3Exception e) {
            if (e.statusCode() == 412) {
              return false;
            }
            throw e;
          }
        });
  }

  /** Reads an object through, without keeping its body. */
  StoredObject read(String key) {
    return call(
        "read " + key,
        () -> {
          try (ResponseInputStream<GetObjectResponse> body =
                  s3.getObject(r -> r.bucket(name).key(key));
              DigestInputStream digest = new DigestInputStream(body, Sha256.digest())) {
            long length = drain(digest);
            return new StoredObject(
                body.response().metadata(),
                body.response().eTag(),
                length,
                Sha256.hex(digest.getMessageDigest()));
          }
        });
  }

  /** Deletes an object if it is still the one that was read. */
  void delete(String key, String eTag) {
    call("delete " + key, () -> s3.deleteObject(r -> r.bucket(name).key(key).ifMatch(eTag)));
  }

  @Override
  public void close() {
    s3.close();
  }

  private static long drain(InputStream in) throws IOException {
    return in.transferTo(OutputStream.nullOutputStream());
  }

  private <T> T call(String what, Request<T> request) {
    try {
      return request.send();
    } catch (SdkException | IOException e) {
      String why = e.getMessage();
      if (passes(e)) {
        throw new RetriableException(
            String.format(
                "Could not %s in bucket %s: %s; what is buffered is kept and it is tried again.",
                what, name, why),
            e);
      }
      throw new ConnectException(
          String.format(
              "Could not %s in bucket %s: %s; check s3.bucket.name, s3.region, store.url and the credentials, then"
                  + " restart the task (nothing is lost: it goes on after the last object).",
              what, name, why),
          e);
    }
  }

  private static boolean passes(Exception e) {
    if (e instanceof AwsServiceException) {
      AwsServiceException refused = (AwsServiceException) e;
      int status = refused.statusCode();
      boolean changed = status == 412 || (status == 404 && "NoSuchKey".equals(code(refused)));
      return changed || status == 408 || status == 409 || status == 429 || status >= 500;
    }
    if (e instanceof SdkClientException) {
      return e instanceof ApiCallTimeoutException
          || e instanceof ApiCallAttemptTimeoutException
          || ((SdkClientException) e).retryable()
          || e.getCause() instanceof IOException;
    }
    return e instanceof IOException;
  }

  private static String code(AwsServiceException e) {
    return e.awsErrorDetails() == null ? "" : e.awsErrorDetails().errorCode();
  }

  private interface Request<T> {
    T send() throws IOException;
  }

  /** One reply to a listing. */
  static final class Page {
    final List<String> keys;
    final boolean more;

    Page(List<String> keys, boolean more) {
      this.keys = keys;
      this.more = more;
    }
  }

  /** What is known of an object after reading it through. */
  static final class StoredObject {
    final Map<String, String> metadata;
    final String eTag;
    final long length;
    final String sha256;

    StoredObject(Map<String, String> metadata, String eTag, long length, String sha256) {
      this.metadata = metadata;
      this.eTag = eTag;
      this.length = length;
      this.sha256 = sha256;
    }
  }
}
