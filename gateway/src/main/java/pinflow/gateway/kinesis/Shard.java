package pinflow.gateway.kinesis;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A shard: the partition of its number, in its stream's topic.
 *
 * @param parent the shard that it came of, the lower one of two
 * @param adjacentParent the other one, of a merge
 * @param generation one more than that of its parents, 0 without any
 * @param opened epoch milliseconds
 * @param end offset after the last record; null as long as the shard is open
 * @param closed epoch milliseconds; null as long as the shard is open
 */
record Shard(
    int number,
    @Nullable Integer parent,
    @Nullable Integer adjacentParent,
    HashRange range,
    int generation,
    long opened,
    @Nullable Long end,
    @Nullable Long closed) {
  private static final Pattern ID = Pattern.compile("(?:shardId-)?(\\d{1,12})");

  static String id(int number) {
    return "shardId-%012d".formatted(number);
  }

  /** Empty for a text that names no shard of any stream. */
  static Optional<Integer> number(String id) {
    Matcher matcher = ID.matcher(id);
    return matcher.matches() && Long.parseLong(matcher.group(1)) <= Integer.MAX_VALUE
        ? Optional.of(Integer.parseInt(matcher.group(1)))
        : Optional.empty();
  }

  String id() {
    return id(number);
  }

  @JsonIgnore
  boolean isOpen() {
    return end == null;
  }

  boolean wasOpenAt(long time) {
    return opened <= time && (closed == null || closed > time);
  }

  boolean isChildOf(Shard other) {
    return (parent != null && parent == other.number)
        || (adjacentParent != null && adjacentParent == other.number);
  }

  Shard closedAt(long end, long time) {
    return new Shard(number, parent, adjacentParent, range, generation, opened, end, time);
  }
}
