package pinflow.sink;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.NO_DEFAULT_VALUE;
import static org.apache.kafka.common.config.ConfigDef.Type.BOOLEAN;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.LONG;
import static org.apache.kafka.common.config.ConfigDef.Type.PASSWORD;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * The connector's properties: names and meanings of the Confluent S3 sink, and {@code flush.bytes}.
 *
 * <p>A Confluent property that would change what is written and that this sink does not have is
 * known here with the one value it can take, so that Connect's validation names it.
 */
final class SinkConfig extends AbstractConfig {

  static final String REGION = "s3.region";
  static final String BUCKET = "s3.bucket.name";
  static final String STORE_URL = "store.url";
  static final String PATH_STYLE = "s3.path.style.access.enabled";
  static final String ACCESS_KEY = "aws.access.key.id";
  static final String SECRET_KEY = "aws.secret.access.key";
  static final String TOPICS_DIR = "topics.dir";
  static final String FLUSH_SIZE = "flush.size";
  static final String FLUSH_BYTES = "flush.bytes";
  static final String ROTATE = "rotate.interval.ms";
  static final String ROTATE_SCHEDULE = "rotate.schedule.interval.ms";
  static final String TIMEZONE = "timezone";
  static final String COMPRESSION = "s3.compression.type";
  static final String RETRY_BACKOFF = "retry.backoff.ms";

  private static final long NEVER = -1;
  private static final String LAYOUT = "objects are named by topic, partition and first offset";
  private static final String TIME = "objects are cut by the worker's clock, " + LAYOUT;

  static final ConfigDef DEF =
      new ConfigDef()
          .define(
              BUCKET,
              STRING,
              NO_DEFAULT_VALUE,
              filled(),
              HIGH,
              "Bucket to write to; it must exist.")
          .define(
              REGION,
              STRING,
              "us-west-2",
              filled(),
              HIGH,
              "AWS region of the bucket; other stores take any.")
          .define(
              STORE_URL,
              STRING,
              null,
              check(SinkConfig::isHttpUrl, "is not an http or https URL", "http(s)://host[:port]"),
              HIGH,
              "Address of an S3 store other than AWS, e.g. http://127.0.0.1:9000; absent: AWS.")
          .define(
              PATH_STYLE,
              BOOLEAN,
              true,
              MEDIUM,
              "Name the bucket in the path (true) or in the host name (false).")
          .define(ACCESS_KEY, STRING, null, HIGH, "Access key; absent: the AWS provider chain.")
          .define(
              SECRET_KEY, PASSWORD, null, HIGH, "Secret key that belongs to " + ACCESS_KEY + ".")
          .define(
              TOPICS_DIR,
              STRING,
              "topics",
              check(
                  d -> d.matches("[^/].*[^/]|[^/]"),
                  "is empty or has a / at an end",
                  "folder[/folder]"),
              HIGH,
              "What the keys of all objects begin with.")
          .define(
              FLUSH_SIZE,
              INT,
              NO_DEFAULT_VALUE,
              Range.atLeast(1),
              HIGH,
              "Most records in an object.")
          .define(
              FLUSH_BYTES,
              LONG,
              16L << 20,
              Range.between(1, 1L << 30),
              MEDIUM,
              "Bytes of lines that a task holds in memory, over all its partitions: when they are reached, the partition"
                  + " that holds most is written. So also the most bytes of an object before compression, give or take"
                  + " a record. While an object is written a task needs this much again.")
          .define(
              ROTATE,
              LONG,
              NEVER,
              everOrNever(),
              HIGH,
              "Longest time in ms that a record waits for its object, records coming or not; -1: without end.")
          .define(
              ROTATE_SCHEDULE,
              LONG,
              NEVER,
              everOrNever(),
              MEDIUM,
              "Write what is there each time so many ms have passed since midnight in the time zone; -1: never.")
          .define(
              TIMEZONE,
              STRING,
              "UTC",
              check(SinkConfig::isZone, "is not a time zone", "such as UTC or Europe/Berlin"),
              LOW,
              "Time zone of " + ROTATE_SCHEDULE + ".")
          .define(
              COMPRESSION,
              STRING,
              "none",
              new Only("objects are plain or gzip", "none", "gzip"),
              MEDIUM,
              "none (.json) or gzip (.json.gz). Change it only while the connector is stopped.")
          .define(
              RETRY_BACKOFF,
              LONG,
              5_000L,
              Range.atLeast(1),
              LOW,
              "Wait in ms before a store that did not answer is asked again.");

  static {
    only(
        "format.class",
        "values are written as JSON lines",
        "io.confluent.connect.s3.format.json.JsonFormat");
    only(
        "partitioner.class", LAYOUT, "io.confluent.connect.storage.partitioner.DefaultPartitioner");
    only("storage.class", "the store speaks S3", "io.confluent.connect.s3.storage.S3Storage");
    only("schema.compatibility", "JSON lines have no schema to compare", "NONE");
    only("file.delim", LAYOUT, "+");
    only("directory.delim", LAYOUT, "/");
    only("filename.offset.zero.pad.width", LAYOUT, "10");
    only("timestamp.extractor", TIME, "Wallclock");
    only("partition.duration.ms", TIME);
    only("path.format", TIME);
    only("timestamp.field", TIME);
    only("partition.field.name", LAYOUT);
    only(
        "behavior.on.null.values",
        "a record without value becomes a line with \"_raw\":null",
        "write");
    only("json.decimal.format", "decimals are written as JSON numbers", "NUMERIC");
    only("store.kafka.keys", "only values are written", "false");
    only("store.kafka.headers", "only values are written", "false");
    only("s3.object.tagging", "objects carry metadata, no tags", "false");
    only("s3.acl.canned", "objects get the bucket's own access rules");
    only("s3.ssea.name", "objects get the bucket's default encryption: set it there");
    only("s3.sse.kms.key.id", "objects get the bucket's default encryption: set it there");
    only("s3.sse.customer.key", "objects get the bucket's default encryption: set it there");
    only("s3.proxy.url", "the store is reached without a proxy");
    only(
        "s3.credentials.provider.class",
        "credentials are those given or the AWS provider chain's",
        "com.amazonaws.auth.DefaultAWSCredentialsProviderChain");
  }

  /**
   * Takes the properties of a connector or a task.
   *
   * @throws ConfigException if one is missing, out of range or not supported
   */
  SinkConfig(Map<String, String> properties) {
    super(DEF, properties, false);
    String fault = credentialsFault(getString(ACCESS_KEY), getPassword(SECRET_KEY));
    if (fault != null) {
      throw new ConfigException(fault);
    }
  }

  /** What is wrong with the pair of credentials; null if nothing is. */
  static @Nullable String credentialsFault(@Nullable Object accessKey, @Nullable Object secretKey) {
    return (accessKey == null) == (secretKey == null)
        ? null
        : String.format(
            "Only one of %s and %s is set: a key needs its secret; set both, or none for the AWS provider chain.",
            ACCESS_KEY, SECRET_KEY);
  }

  boolean gzip() {
    return getString(COMPRESSION).equals("gzip");
  }

  /** When an object whose first record comes at {@code now} is to be written; epoch ms. */
  long deadline(long now) {
    long deadline = Long.MAX_VALUE;
    long interval = getLong(ROTATE);
    if (interval != NEVER) {
      deadline = now + interval;
    }
    long schedule = getLong(ROTATE_SCHEDULE);
    if (schedule != NEVER) {
      ZoneId zone = ZoneId.of(getString(TIMEZONE));
      long midnight =
          Instant.ofEpochMilli(now)
              .atZone(zone)
              .toLocalDate()
              .atStartOfDay(zone)
              .toInstant()
              .toEpochMilli();
      deadline = Math.min(deadline, midnight + ((now - midnight) / schedule + 1) * schedule);
    }
    return deadline;
  }

  private static void only(String name, String why, String... values) {
    DEF.define(
        name,
        STRING,
        values.length == 0 ? null : values[0],
        new Only(why, values),
        LOW,
        "Of the Confluent sink: " + why + ".");
  }

  private static ConfigDef.Validator filled() {
    return check(value -> !value.isBlank(), "is empty", "a name");
  }

  private static ConfigDef.Validator everOrNever() {
    return ConfigDef.LambdaValidator.with(
        (name, value) -> {
          if (value instanceof Long && (Long) value < 1 && (Long) value != NEVER) {
            throw new ConfigException(name, value, "it is neither a number of ms nor -1 (never).");
          }
        },
        () -> "[1,...] or -1");
  }

  private static ConfigDef.Validator check(
      Predicate<String> accepts, String fault, String expected) {
    return ConfigDef.LambdaValidator.with(
        (name, value) -> {
          if (value != null && !accepts.test((String) value)) {
            throw new ConfigException(name, value, "it " + fault + "; write " + expected + ".");
          }
        },
        () -> expected);
  }

  private static boolean isHttpUrl(String text) {
    try {
      URI url = new URI(text);
      return url.getHost() != null
          && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()));
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static boolean isZone(String text) {
    try {
      ZoneId.of(text);
      return true;
    } catch (DateTimeException e) {
      return false;
    }
  }
}
