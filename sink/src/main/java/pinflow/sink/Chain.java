package pinflow.sink;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The objects of one partition, which are the sink's commit log: each begins at the offset after
 * the last of the one before, the first at 0, holes in the log or not.
 *
 * <p>So the key of the next object follows from the one before it alone, and it can be written
 * once. Whoever appends has seen the chain up to that key; hence of any number of tasks on one
 * partition, late ones and cut-off ones included, no two ever write the same offset.
 */
final class Chain {

  private static final Logger log = LoggerFactory.getLogger(Chain.class);

  static final String FIRST_OFFSET = "first-offset";
  static final String LAST_OFFSET = "last-offset";
  static final String RECORD_COUNT = "record-count";
  static final String BODY_LENGTH = "body-length";
  static final String BODY_SHA256 = "body-sha256";

  /** More torn objects than a loss of power leaves: half a minute at one object a record. */
  private static final int MOST_TORN = 1_000;

  private final Bucket bucket;
  private final ObjectNames names;
  private final boolean gzip;

  Chain(Bucket bucket, String topicsDir, TopicPartition partition, boolean gzip) {
    this.bucket = bucket;
    this.names = new ObjectNames(topicsDir, partition, gzip);
    this.gzip = gzip;
  }

  /**
   * Appends an object.
   *
   * @param first the chain's end as this task knows it
   * @param last offset of the last record in {@code body}
   * @return false if another object begins there already, whoever wrote it
   */
  boolean append(long first, long last, int records, byte[] body) {
    Map<String, String> metadata =
        Map.of(
            FIRST_OFFSET, Long.toString(first),
            LAST_OFFSET, Long.toString(last),
            RECORD_COUNT, Integer.toString(records),
            BODY_LENGTH, Integer.toString(body.length),
            BODY_SHA256, Sha256.hex(body));
    return bucket.putIfAbsent(
        names.key(first), gzip ? "application/gzip" : "application/x-ndjson", metadata, body);
  }

  /**
   * The offset after the last one stored, 0 if there is none. Costs one listing for a partition of
   * up to 1,000 objects, at most nine more for each digit of the last offset, and reads the last
   * object.
   *
   * <p>Objects at the end whose body is not what their metadata says (an object store that lost
   * power) are deleted, the last first, and so written again from the log.
   *
   * @throws ConnectException if an object there is not this sink's; nothing is deleted then
   * @throws RetriableException if the store does not answer or another task changes the same end
   */
  long end() {
    Deque<Torn> torn = new ArrayDeque<>();
    long end = wholeEnd(torn);
    for (Torn object : torn) {
      log.error(
          "Object {} is torn: {}; it is deleted and its records, from offset {} on, are read from the log again.",
          object.key,
          object.fault,
          end);
      bucket.delete(object.key, object.eTag);
    }
    return end;
  }

  private long wholeEnd(Deque<Torn> torn) {
    List<String> tail = tailBefore(ObjectNames.LIMIT);
    while (!tail.isEmpty()) {
      for (int i = tail.size() - 1; i >= 0; i--) {
        String key = tail.get(i);
        Bucket.StoredObject object = bucket.read(key);
        String fault = fault(key, object);
        if (fault == null) {
          return offset(key, object, LAST_OFFSET) + 1;
        }
        if (torn.size() == MOST_TORN) {
          throw new ConnectException(
              String.format(
                  "The last %d objects up to %s are not what their metadata says (%s): more than a crash leaves, so the"
                      + " store seems to change what it is given; compare one with its metadata, and delete them by hand if they are to be written again.",
                  MOST_TORN, key, fault));
        }
        torn.add(new Torn(key, object.eTag, fault));
      }
      tail = tailBefore(names.firstOffset(tail.get(0)));
    }
    return 0;
  }

  /** What is wrong with an object's body; null if it is whole. */
  private @Nullable String fault(String key, Bucket.StoredObject object) {
    if (object.length == 0) {
      return "it is empty";
    }
    long first = offset(key, object, FIRST_OFFSET);
    if (first != names.firstOffset(key) || offset(key, object, LAST_OFFSET) < first) {
      throw notOurs(key, "its offsets are not those of its name");
    }
    long length = offset(key, object, BODY_LENGTH);
    if (length != object.length) {
      return String.format("it has %d of %d bytes", object.length, length);
    }
    if (!object.sha256.equals(object.metadata.get(BODY_SHA256))) {
      return "its bytes do not have the SHA-256 of its metadata";
    }
    return null;
  }

  private static long offset(String key, Bucket.StoredObject object, String name) {
    String text = object.metadata.get(name);
    if (text == null || !text.matches("\\d{1,18}")) {
      throw notOurs(key, "its metadata " + name + " is " + (text == null ? "missing" : text));
    }
    return Long.parseLong(text);
  }

  private static ConnectException notOurs(String key, String why) {
    return new ConnectException(
        String.format(
            "Object %s is in the place of this sink's objects, but %s: another program wrote or copied it, or the store"
                + " keeps no user metadata; move the objects away or set another topics.dir, then restart the task.",
            key, why));
  }

  /**
   * The last keys below an offset, in order, at most 1,000; empty if there are none.
   *
   * <p>First how many digits the last has, then digit by digit. A binary search would do with fewer
   * listings, but s3proxy reads the attributes of every file that a listing's prefix matches: 1.3 s
   * for 30,000 objects, so that 22 listings took 27 s.
   */
  private List<String> tailBefore(long bound) {
    Slice slice = slice("", 0, bound);
    List<String> found = slice.keys;
    while (!slice.complete) {
      int digits = Long.toString(names.firstOffset(found.get(found.size() - 1))).length();
      long longer = (long) Math.pow(10, digits);
      slice = longer < bound ? slice("", longer, bound) : Slice.EMPTY;
      if (slice.keys.isEmpty()) {
        return tailOf("0".repeat(ObjectNames.DIGITS - digits), bound);
      }
      found = slice.keys;
    }
    return found;
  }

  /** The last keys of those, more than fit a listing, whose offsets begin with these digits. */
  private List<String> tailOf(String leading, long bound) {
    if (leading.length() == ObjectNames.DIGITS) {
      throw new RetriableException(
          "The objects of " + names.prefix() + " vanish while they are listed; it is tried again.");
    }
    for (int digit = 9; digit > 0; digit--) {
      Slice slice = slice(leading + digit, 0, bound);
      if (!slice.keys.isEmpty()) {
        return slice.complete ? slice.keys : tailOf(leading + digit, bound);
      }
    }
    return tailOf(leading + 0, bound);
  }

  /**
   * The first keys below {@code bound} whose ten digits begin with {@code leading}, from an offset
   * on: at least one, unless there are none.
   */
  private Slice slice(String leading, long from, long bound) {
    String after = names.justBefore(from);
    while (true) {
      Bucket.Page page = bucket.list(names.prefix() + leading, after);
      List<String> objects =
          page.keys.stream().filter(names::isObject).collect(Collectors.toList());
      List<String> below =
          objects.stream()
              .filter(key -> names.firstOffset(key) < bound)
              .collect(Collectors.toList());
      if (!objects.isEmpty() || !page.more) {
        return new Slice(below, !page.more || below.size() < objects.size());
      }
      after = page.keys.get(page.keys.size() - 1);
    }
  }

  private static final class Slice {
    static final Slice EMPTY = new Slice(List.of(), true);

    final List<String> keys;

    /** Whether no more of these keys follow. */
    final boolean complete;

    Slice(List<String> keys, boolean complete) {
      this.keys = keys;
      this.complete = complete;
    }
  }

  private static final class Torn {
    final String key;
    final String eTag;
    final String fault;

    Torn(String key, String eTag, String fault) {
      this.key = key;
      this.eTag = eTag;
      this.fault = fault;
    }
  }
}
