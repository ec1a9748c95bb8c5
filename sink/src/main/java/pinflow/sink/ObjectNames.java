package pinflow.sink;

import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;

/**
 * The keys of one partition's objects: {@code <topics.dir>/<topic>/partition=<n>/<topic>+<n>+<first
 * offset, 10 digits>.json[.gz]}. Their order as strings is the order of their offsets.
 */
final class ObjectNames {

  static final int DIGITS = 10;

  /** The first offset that ten digits cannot hold. */
  static final long LIMIT = 10_000_000_000L;

  private static final Pattern NAME = Pattern.compile("(\\d{10})\\.json(?:\\.gz)?");

  private final String prefix;
  private final String suffix;

  ObjectNames(String topicsDir, TopicPartition partition, boolean gzip) {
    prefix =
        String.format(
            "%s/%s/partition=%d/%s+%d+",
            topicsDir,
            partition.topic(),
            partition.partition(),
            partition.topic(),
            partition.partition());
    suffix = gzip ? ".json.gz" : ".json";
  }

  /** What the keys of all of the partition's objects begin with. */
  String prefix() {
    return prefix;
  }

  /**
   * The key of the object that begins at an offset.
   *
   * @throws ConnectException from offset 10^10 on: an eleventh digit would break the order
   */
  String key(long firstOffset) {
    if (firstOffset >= LIMIT) {
      throw new ConnectException(
          String.format(
              "The partition of %s has reached offset %d: its object names hold ten digits and would no longer sort by"
                  + " offset; send new records to a new topic (or one with more partitions).",
              prefix, firstOffset));
    }
    return justBefore(firstOffset) + suffix;
  }

  /** A string that sorts after the keys of all lower offsets and before the key of this one. */
  String justBefore(long offset) {
    return String.format("%s%010d", prefix, offset);
  }

  /**
   * Whether a key is one of these and not, say, s3proxy's {@code <key>-<uuid>} of a running PUT.
   */
  boolean isObject(String key) {
    return key.startsWith(prefix) && NAME.matcher(key.substring(prefix.length())).matches();
  }

  /** The first offset of the object of a key that {@link #isObject} accepts. */
  long firstOffset(String key) {
    return Long.parseLong(key.substring(prefix.length(), prefix.length() + DIGITS));
  }
}
