package pinflow.cli.doctor;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Whether the records of each topic and stream are in more than one of its partitions.
 *
 * @param topics asks the log: records by topic and partition
 */
public record PartitionSpread(Supplier<Map<String, Map<Integer, Long>>> topics) implements Check {
  /** Fewer, without a key, may be in one by the gateway's batching (64 KiB go to one partition). */
  private static final long TELLING = 1_000;

  @Override
  public String name() {
    return "partitions";
  }

  @Override
  public List<Finding> find() {
    return new TreeMap<>(topics.get())
        .entrySet().stream()
            .filter(topic -> isUneven(topic.getValue()))
            .map(topic -> finding(topic.getKey(), topic.getValue()))
            .toList();
  }

  private static boolean isUneven(Map<Integer, Long> records) {
    return records.size() > 1
        && records.values().stream().filter(n -> n > 0).count() == 1
        && records.values().stream().mapToLong(n -> n).sum() >= TELLING;
  }

  private Finding finding(String topic, Map<Integer, Long> records) {
    var full = records.entrySet().stream().filter(p -> p.getValue() > 0).findFirst().orElseThrow();
    return Finding.warning(
        name(),
        "All %,d records of %s are in partition %d of %d."
            .formatted(full.getValue(), topic, full.getKey(), records.size()),
        "They were sent with a constant partition key (or just before a stream was split): one partition takes all, and the others add nothing.",
        "Send a key that differs from post to post, such as its index; `pinflow emulate` does.");
  }
}
