package pinflow.lake.kinesis;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.Record;

/** Decides where a batch ends, of what has been read ahead. */
final class BatchPlan {
  /**
   * What is known of a shard beyond a position.
   *
   * @param records that were read ahead, by sequence number
   * @param ended whether the shard has no more than these
   * @param knownUntil all that had arrived by this time is among them, in milliseconds since 1970
   */
  record Ahead(NavigableMap<BigInteger, Record> records, boolean ended, long knownUntil) {
    static final Ahead NOTHING = new Ahead(new TreeMap<>(), false, 0);

    /** When the first of the records arrived, in milliseconds since 1970. */
    long oldest(long otherwise) {
      return records.isEmpty() ? otherwise : arrival(records.firstEntry().getValue());
    }
  }

  private BatchPlan() {}

  /**
   * @param start where the batch begins
   * @param ahead of each shard, beyond its position there; a shard that is missing has nothing
   * @param most how many records a batch may have, 1 or more
   * @param now in milliseconds since 1970
   * @return where it ends; null when there is nothing for it. A shard's records are not in a batch
   *     with those of the shards that it came of, since a batch keeps no order between shards
   */
  static @Nullable StreamOffset end(
      StreamOffset start, Lineage lineage, Map<String, Ahead> ahead, long most, long now) {
    Map<String, ShardPosition> unended = start.unended();
    Map<String, Long> sizes = new HashMap<>();
    for (String shard : unended.keySet()) {
      if (lineage.isFree(shard, unended.keySet())) {
        // To the limit only, since to tell a view's size is to count it.
        sizes.put(shard, of(ahead, shard).records().keySet().stream().limit(most).count());
      }
    }
    SortedMap<String, ShardPosition> end = new TreeMap<>(start.shards());
    List<Map.Entry<String, Long>> smallestFirst = new ArrayList<>(sizes.entrySet());
    smallestFirst.sort(
        Map.Entry.<String, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()));
    boolean isNew = false;
    long left = most;
    int shards = smallestFirst.size();
    for (Map.Entry<String, Long> size : smallestFirst) {
      String shard = size.getKey();
      long taken = Math.min(size.getValue(), -Math.floorDiv(-left, shards--));
      ShardPosition from = Objects.requireNonNull(unended.get(shard));
      ShardPosition to = advanced(from, of(ahead, shard), taken);
      left -= taken;
      isNew |= to.ended() || taken > 0;
      end.put(shard, to);
    }
    if (!isNew) {
      return null;
    }
    end.entrySet().removeIf(e -> e.getValue().ended() && !lineage.shards().contains(e.getKey()));
    lineage.shards().forEach(s -> end.putIfAbsent(s, new ShardPosition.TrimHorizon(now)));
    return new StreamOffset(start.stream(), start.created(), end);
  }

  private static Ahead of(Map<String, Ahead> ahead, String shard) {
    return ahead.getOrDefault(shard, Ahead.NOTHING);
  }

  private static ShardPosition advanced(ShardPosition from, Ahead ahead, long records) {
    @Nullable Record last = null;
    long taken = 0;
    boolean all = true;
    for (Record record : ahead.records().values()) {
      if (taken == records) {
        all = false;
        break;
      }
      last = record;
      taken++;
    }
    if (all && ahead.ended()) {
      return new ShardPosition.Ended(last == null ? from.last() : last.sequenceNumber());
    }
    ShardPosition to =
        last == null ? from : new ShardPosition.After(last.sequenceNumber(), arrival(last));
    return all ? to.knownUntil(ahead.knownUntil()) : to;
  }

  private static long arrival(Record record) {
    return record.approximateArrivalTimestamp() == null
        ? 0
        : record.approximateArrivalTimestamp().toEpochMilli();
  }
}
