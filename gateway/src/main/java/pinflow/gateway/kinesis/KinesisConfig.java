package pinflow.gateway.kinesis;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import pinflow.gateway.GatewayException;

/**
 * The settings of the Kinesis API: section {@code kinesis} of {@code pinflow.yaml}.
 *
 * @param region of the streams' ARNs; with credentials also the one that requests must be signed
 *     for
 * @param limits {@code none}, or {@code aws} to hold each shard to AWS's rates
 * @param accessKey with {@code secretKey}: who may use the API; null to take any signature
 * @param replicationFactor of the topics that streams are kept in
 */
public record KinesisConfig(
    String region,
    String limits,
    @Nullable String accessKey,
    @Nullable String secretKey,
    int replicationFactor) {
  /** Anyone on loopback, as fast as it goes, on one broker. */
  public static final KinesisConfig OPEN = new KinesisConfig("us-east-1", "none", null, null, 1);

  public KinesisConfig {
    require(
        region.matches("[a-z0-9-]{1,40}"),
        "region",
        "'" + region + "'",
        "a region's name, such as us-east-1");
    limits = limits.toLowerCase(Locale.ROOT);
    require(limits.equals("none") || limits.equals("aws"), "limits", limits, "none or aws");
    if ((accessKey == null) != (secretKey == null)) {
      throw new GatewayException(
          "kinesis.%s is missing, and kinesis.%s is set. They only work together: set both, or none."
              .formatted(
                  accessKey == null ? "access-key" : "secret-key",
                  accessKey == null ? "secret-key" : "access-key"));
    }
  }

  boolean hasAwsLimits() {
    return limits.equals("aws");
  }

  private static void require(boolean right, String key, Object value, String expected) {
    if (!right) {
      throw new GatewayException(
          "kinesis." + key + " is " + value + ". It must be " + expected + ".");
    }
  }
}
