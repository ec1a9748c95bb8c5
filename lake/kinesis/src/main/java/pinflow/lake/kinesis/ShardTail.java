package pinflow.lake.kinesis;

import java.math.BigInteger;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * What was read ahead of one shard. Its iterator belongs to the one thread that fetches; all else
 * is guarded by the {@link ReadAhead} that it is a part of.
 */
final class ShardTail {
  /** What a record costs beside its data and key. */
  private static final int OVERHEAD = 300;

  private final String shard;
  private final NavigableMap<BigInteger, Record> records = new TreeMap<>();

  /** Beyond which all records up to the last one fetched are here. */
  private ShardPosition floor;

  /** Up to which records are fetched. */
  private volatile ShardPosition fetched;

  private @Nullable String iterator;
  private boolean begun;
  private boolean ended;
  private boolean atTip;
  private long millisBehind;
  private long knownUntil;

  ShardTail(String shard, ShardPosition position) {
    this.shard = shard;
    this.floor = position;
    this.fetched = position;
    this.ended = position.ended();
  }

  String shard() {
    return shard;
  }

  /** Says once that it is to be fetched. */
  boolean begin() {
    boolean first = !begun;
    begun = true;
    return first;
  }

  /** For a position whose record is gone. */
  void startAtTrimHorizon() {
    fetched = new ShardPosition.TrimHorizon(0);
  }

  String iterator(StreamClient client) {
    if (iterator == null) {
      iterator = client.iterator(shard, fetched);
    }
    return iterator;
  }

  void forgetIterator() {
    iterator = null;
  }

  /**
   * @param asked when the request was sent, in milliseconds since 1970
   * @return the bytes that it takes up
   */
  long accept(GetRecordsResponse response, long asked) {
    long size = 0;
    for (Record record : response.records()) {
      BigInteger number = new BigInteger(record.sequenceNumber());
      if (number.compareTo(floor.lastNumber()) > 0 && records.put(number, record) == null) {
        size += size(record);
        fetched = new ShardPosition.After(record.sequenceNumber(), 0);
      }
    }
    iterator = response.nextShardIterator();
    ended = iterator == null;
    Long behind = response.millisBehindLatest();
    millisBehind = behind == null ? 0 : behind;
    if (millisBehind == 0) {
      atTip = true;
      knownUntil = asked;
    }
    return size;
  }

  static long size(Record record) {
    return record.data().asByteArrayUnsafe().length + record.partitionKey().length() + OVERHEAD;
  }

  BatchPlan.Ahead ahead(ShardPosition position) {
    return new BatchPlan.Ahead(records.tailMap(position.lastNumber(), false), ended, knownUntil);
  }

  /** The records beyond a position up to one; null if they are not all here. */
  @Nullable List<Record> records(ShardPosition from, String through) {
    BigInteger last = new BigInteger(through);
    boolean holds =
        from.last() == null
            ? floor.last() == null
            : from.lastNumber().compareTo(floor.lastNumber()) >= 0;
    if (!holds || !records.containsKey(last)) {
      return null;
    }
    return List.copyOf(records.subMap(from.lastNumber(), false, last, true).values());
  }

  /**
   * @return the bytes that it took up
   */
  long letGo(ShardPosition position) {
    NavigableMap<BigInteger, Record> done = records.headMap(position.lastNumber(), true);
    long size = done.values().stream().mapToLong(ShardTail::size).sum();
    done.clear();
    if (position.last() != null) {
      floor = position;
    }
    return size;
  }

  boolean hasRecords() {
    return !records.isEmpty();
  }

  boolean isEnded() {
    return ended;
  }

  /** Whether all has been read, at some time since reading began. */
  boolean isAtTip() {
    return atTip;
  }

  long millisBehind() {
    return millisBehind;
  }
}
