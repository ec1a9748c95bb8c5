package pinflow.lake.batch;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where the sink's objects are.
 *
 * @param endpoint an endpoint other than AWS's own, or null
 * @param accessKey null for the AWS provider chain
 * @param prefix the folder in the bucket, such as {@code topics}
 */
public record Store(
    @Nullable URI endpoint,
    @JsonProperty(required = true) String region,
    @JsonProperty(required = true) String bucket,
    @Nullable String accessKey,
    @Nullable String secretKey,
    @JsonProperty(required = true) String prefix)
    implements Serializable {
  /** Without the keys. */
  @Override
  public String toString() {
    return "s3://" + bucket + "/" + prefix + (endpoint == null ? "" : " at " + endpoint);
  }
}
