package pinflow.sink;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.sink.SinkRecord;

/** Logs of partitions whose records say their own offset, and what of them must be in objects. */
final class Log {

  private Log() {}

  /** Records {@code from} to {@code to}, exclusive, of one partition. */
  static NavigableMap<Long, SinkRecord> of(TopicPartition partition, long from, long to) {
    return LongStream.range(from, to)
        .mapToObj(offset -> record(partition, offset, "{\"n\": " + offset + "}"))
        .collect(Collectors.toMap(SinkRecord::kafkaOffset, r -> r, (a, b) -> a, TreeMap::new));
  }

  static SinkRecord record(TopicPartition partition, long offset, String value) {
    return new SinkRecord(
        partition.topic(),
        partition.partition(),
        null,
        null,
        Schema.OPTIONAL_BYTES_SCHEMA,
        value.getBytes(StandardCharsets.UTF_8),
        offset,
        1767225600000L + offset,
        TimestampType.CREATE_TIME);
  }

  /**
   * The offsets in a partition's objects, in their order, after checking that the objects form a
   * chain and say the truth of themselves.
   */
  static List<Long> offsetsIn(Store store, TopicPartition partition) {
    String folder = "topics/" + partition.topic() + "/partition=" + partition.partition() + "/";
    Predicate<String> mine = key -> key.startsWith(folder);
    long end = 0;
    TreeMap<Long, String> lines = new TreeMap<>();
    List<String> keys = store.keys().stream().filter(mine).sorted().toList();
    int count = 0;
    for (String key : keys) {
      Store.Stored object = store.read(key);
      Map<String, String> metadata = object.metadata();
      long first = Long.parseLong(metadata.get("first-offset"));
      long last = Long.parseLong(metadata.get("last-offset"));
      List<String> own = object.lines();
      List<Long> offsets = own.stream().map(Log::offset).toList();
      check(first == end, key + " does not touch the one before, which ends at " + (end - 1));
      check(key.contains(String.format("+%010d.json", first)), key + " is not named by " + first);
      check(offsets.equals(offsets.stream().sorted().toList()), key + " is out of order");
      check(offsets.get(0) >= first, key + " holds an offset before its first");
      check(offsets.get(offsets.size() - 1) == last, key + " does not end at " + last);
      check(("" + own.size()).equals(metadata.get("record-count")), key + " counts wrongly");
      check(
          ("" + object.body().length).equals(metadata.get("body-length")),
          key + " measures wrongly");
      check(
          Sha256.hex(object.body()).equals(metadata.get("body-sha256")), key + " digests wrongly");
      own.forEach(line -> lines.put(offset(line), line));
      count += own.size();
      end = last + 1;
    }
    check(count == lines.size(), "an offset is there twice");
    return List.copyOf(lines.keySet());
  }

  private static long offset(String line) {
    return Long.parseLong(line.replaceFirst(".*?\"_offset\":(\\d+),.*", "$1"));
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
