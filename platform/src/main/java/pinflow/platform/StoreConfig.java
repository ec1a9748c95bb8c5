package pinflow.platform;

import org.jspecify.annotations.Nullable;

/**
 * The object store.
 *
 * @param endpoint an S3 endpoint's URL, {@code aws} for AWS's own, or {@code embedded}
 * @param port the embedded store's
 * @param bucket null for {@code user-<id>-bucket}
 * @param accessKey null for the AWS provider chain (an embedded store has its own keys)
 */
public record StoreConfig(
    String endpoint,
    int port,
    String region,
    @Nullable String bucket,
    @Nullable Secret accessKey,
    @Nullable Secret secretKey) {
  public StoreConfig {
    if (!endpoint.equals("aws")) {
      Check.url("store.endpoint", endpoint);
    }
    Check.port("store.port", port);
    if ((accessKey == null) != (secretKey == null)) {
      throw new IllegalArgumentException(
          "store.access-key and store.secret-key belong together; one of them is missing");
    }
  }
}
