package pinflow.lake.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import pinflow.lake.rules.Cleaning;

/** Random events under a topic's id of a test's own, and the offsets it has reached. */
final class RandomLog {
  final String id;

  private final RandomGenerator random;
  private final Map<String, Long> next = new TreeMap<>();

  RandomLog(String id, RandomGenerator random) {
    this.id = id;
    this.random = random;
  }

  /** Lands events in all tables and two partitions, as one or two objects each. */
  void land(SinkBucket bucket, int events) {
    land(bucket, next(events));
  }

  /** The log's next events, by table and partition; each tenth breaks a rule. */
  Map<String, List<Event>> next(int events) {
    Map<String, List<Event>> logs = new TreeMap<>();
    for (int i = 0; i < events; i++) {
      String table = Cleaning.TABLES.get(i % 3);
      int partition = random.nextInt(2);
      String key = table + partition;
      long offset = next.merge(key, 1L, Long::sum) - 1;
      Long ind = random.nextInt(10) == 0 ? null : (Long) random.nextLong(20);
      String text = List.of("A", "B", "C").get(random.nextInt(3));
      logs.computeIfAbsent(key, k -> new ArrayList<>())
          .add(new Event(id, table, partition, offset, 1_700_000_000_000L + i, ind, text));
    }
    return logs;
  }

  static void land(SinkBucket bucket, Map<String, List<Event>> logs) {
    for (List<Event> log : logs.values()) {
      int middle = log.size() / 2;
      if (middle > 0) {
        bucket.land(log.subList(0, middle));
      }
      bucket.land(log.subList(middle, log.size()));
    }
  }
}
