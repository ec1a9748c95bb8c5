package pinflow.lake.live;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the streams are.
 *
 * @param endpoint of a Kinesis API whose sequence numbers are offsets (contracts/streams.md)
 * @param accessKey null for the AWS provider chain
 */
public record Kinesis(
    @JsonProperty(required = true) URI endpoint,
    @JsonProperty(required = true) String region,
    @Nullable String accessKey,
    @Nullable String secretKey) {
  /** Bytes that a stream's query reads ahead. */
  private static final String BUFFER = "16m";

  /** The options of the source {@code kinesis} for a stream. */
  Map<String, String> options(String stream) {
    Map<String, String> options = new HashMap<>();
    options.put("streamName", stream);
    options.put("endpoint", endpoint.toString());
    options.put("region", region);
    options.put("initialPosition", "earliest");
    options.put("fetchBufferSize", BUFFER);
    options.put("maxRecordsPerTrigger", "20000");
    // The endpoint is Pinflow's own: it has no five calls a second.
    options.put("minFetchPeriod", "50ms");
    options.put("maxFetchRate", "50");
    if (accessKey != null && secretKey != null) {
      options.put("awsAccessKey", accessKey);
      options.put("awsSecretKey", secretKey);
    }
    return options;
  }

  /** Without the keys. */
  @Override
  public String toString() {
    return endpoint + " (" + region + ")";
  }
}
