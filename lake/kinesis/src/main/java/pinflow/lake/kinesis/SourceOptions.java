package pinflow.lake.kinesis;

import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.apache.spark.network.util.JavaUtils;
import org.jspecify.annotations.Nullable;

/**
 * The source's options, by the names of Databricks' source where it has them.
 *
 * @param maxRecordsPerFetch of one GetRecords
 * @param maxFetchRate bytes a second and shard
 * @param minFetchPeriod between two GetRecords of a shard
 * @param maxFetchDuration how long a batch may wait for more records once it has one
 * @param fetchBufferSize bytes of all shards that are read ahead; one GetRecords more may be
 * @param maxRecordsPerTrigger null for all that are read ahead
 */
record SourceOptions(
    String stream,
    Connection connection,
    InitialPosition initialPosition,
    int maxRecordsPerFetch,
    double maxFetchRate,
    Duration minFetchPeriod,
    Duration maxFetchDuration,
    long fetchBufferSize,
    @Nullable Long maxRecordsPerTrigger,
    boolean failOnDataLoss)
    implements Serializable {

  private static final double MB = 1e6;

  /**
   * How Kinesis is reached.
   *
   * @param region null for what the AWS provider chain says
   * @param endpoint null for AWS's own
   * @param keys null for the AWS provider chain
   * @param retries of a request that fails for now: throttled, not reached, an error of the server
   */
  record Connection(
      @Nullable String region, @Nullable URI endpoint, @Nullable Keys keys, int retries)
      implements Serializable {
    @Override
    public String toString() {
      return endpoint == null ? "AWS region " + region : endpoint.toString();
    }
  }

  /** An access key of AWS. */
  record Keys(String accessKey, String secretKey, @Nullable String sessionToken)
      implements Serializable {
    @Override
    public String toString() {
      return "(keys)";
    }
  }

  private enum Name {
    STREAM_NAME("streamName"),
    REGION("region"),
    ENDPOINT("endpoint"),
    AWS_ACCESS_KEY("awsAccessKey"),
    AWS_SECRET_KEY("awsSecretKey"),
    AWS_SESSION_TOKEN("awsSessionToken"),
    CLIENT_RETRIES("clientRetries"),
    INITIAL_POSITION("initialPosition"),
    MAX_RECORDS_PER_FETCH("maxRecordsPerFetch"),
    MAX_FETCH_RATE("maxFetchRate"),
    MIN_FETCH_PERIOD("minFetchPeriod"),
    MAX_FETCH_DURATION("maxFetchDuration"),
    FETCH_BUFFER_SIZE("fetchBufferSize"),
    MAX_RECORDS_PER_TRIGGER("maxRecordsPerTrigger"),
    FAIL_ON_DATA_LOSS("failOnDataLoss");

    private final String text;

    Name(String text) {
      this.text = text;
    }

    private String key() {
      return text.toLowerCase(Locale.ROOT);
    }
  }

  /**
   * @param options as Spark gives them: names in any case
   * @throws KinesisSourceException when one is unknown, missing or wrong; says which and what would
   *     be right
   */
  static SourceOptions parse(Map<String, String> options) {
    Map<String, String> given = new HashMap<>();
    options.forEach((name, value) -> given.put(known(name), value));
    return new SourceOptions(
        required(given, Name.STREAM_NAME, "a stream's name", SourceOptions::stream),
        new Connection(
            given.get(Name.REGION.key()),
            value(given, Name.ENDPOINT, null, "a URL such as https://127.0.0.1:4567", URI::create),
            keys(given),
            value(given, Name.CLIENT_RETRIES, "20", "0 or more", t -> atLeast(0, t)).intValue()),
        value(given, Name.INITIAL_POSITION, "latest", null, InitialPosition::parse),
        value(given, Name.MAX_RECORDS_PER_FETCH, "10000", "1 to 10000", SourceOptions::records),
        value(given, Name.MAX_FETCH_RATE, "1.0", "MB a second, above 0", SourceOptions::rate),
        value(given, Name.MIN_FETCH_PERIOD, "200ms", "a time of 1ms or more", t -> time(t, 1)),
        value(given, Name.MAX_FETCH_DURATION, "0s", "a time such as 10s", t -> time(t, 0)),
        value(given, Name.FETCH_BUFFER_SIZE, "64m", "a size of 1m or more", SourceOptions::bytes),
        value(given, Name.MAX_RECORDS_PER_TRIGGER, null, "1 or more", t -> atLeast(1, t)),
        value(given, Name.FAIL_ON_DATA_LOSS, "true", "true or false", SourceOptions::truth));
  }

  private static String known(String name) {
    String key = name.toLowerCase(Locale.ROOT);
    if (Arrays.stream(Name.values()).anyMatch(known -> known.key().equals(key))) {
      return key;
    }
    LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
    Name nearest =
        Arrays.stream(Name.values())
            .min(Comparator.comparing(known -> distance.apply(known.key(), key)))
            .orElseThrow();
    throw new KinesisSourceException(
        "Option %s is unknown to the source kinesis. The nearest that it knows is %s; all are: %s."
            .formatted(
                name,
                nearest.text,
                String.join(", ", Arrays.stream(Name.values()).map(known -> known.text).toList())));
  }

  private static @Nullable Keys keys(Map<String, String> given) {
    String access = given.get(Name.AWS_ACCESS_KEY.key());
    String secret = given.get(Name.AWS_SECRET_KEY.key());
    String token = given.get(Name.AWS_SESSION_TOKEN.key());
    if (access != null && secret != null) {
      return new Keys(access, secret, token);
    }
    if (access != null || secret != null || token != null) {
      throw new KinesisSourceException(
          "Options awsAccessKey and awsSecretKey belong together (with awsSessionToken for a temporary key), and only a part of them is given. Give both, or none to use the AWS provider chain.");
    }
    return null;
  }

  private static <T> T required(
      Map<String, String> given, Name name, String expected, Function<String, T> read) {
    if (!given.containsKey(name.key())) {
      throw new KinesisSourceException(
          "Option %s is missing. It must be %s.".formatted(name.text, expected));
    }
    return java.util.Objects.requireNonNull(value(given, name, null, expected, read));
  }

  /**
   * @param otherwise the value when it is not given
   * @param expected what would be right; null if {@code read} says so when it throws
   */
  @SuppressWarnings("NullAway") // Null is only returned when otherwise is.
  private static <T> T value(
      Map<String, String> given,
      Name name,
      @Nullable String otherwise,
      @Nullable String expected,
      Function<String, T> read) {
    String text = given.getOrDefault(name.key(), otherwise);
    if (text == null) {
      return null;
    }
    try {
      return read.apply(text);
    } catch (IllegalArgumentException e) {
      throw new KinesisSourceException(
          "Option %s is \"%s\". It must be %s."
              .formatted(name.text, text, expected == null ? e.getMessage() : expected),
          e);
    }
  }

  private static String stream(String text) {
    if (!text.matches("[a-zA-Z0-9_.-]{1,128}")) {
      throw new IllegalArgumentException();
    }
    return text;
  }

  private static Long atLeast(long least, String text) {
    long value = Long.parseLong(text);
    if (value < least) {
      throw new IllegalArgumentException();
    }
    return value;
  }

  private static Integer records(String text) {
    int value = Integer.parseInt(text);
    if (value < 1 || value > 10_000) {
      throw new IllegalArgumentException();
    }
    return value;
  }

  private static Double rate(String text) {
    double value = Double.parseDouble(text);
    if (!(value > 0)) {
      throw new IllegalArgumentException();
    }
    return value * MB;
  }

  private static Duration time(String text, long least) {
    Duration time = Duration.ofMillis(JavaUtils.timeStringAsMs(text));
    if (time.toMillis() < least) {
      throw new IllegalArgumentException();
    }
    return time;
  }

  private static Long bytes(String text) {
    long bytes = JavaUtils.byteStringAsBytes(text);
    if (bytes < 1 << 20) {
      throw new IllegalArgumentException();
    }
    return bytes;
  }

  private static Boolean truth(String text) {
    if (!List.of("true", "false").contains(text.toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException();
    }
    return Boolean.valueOf(text);
  }

  @Override
  public String toString() {
    return stream + " at " + connection;
  }
}
