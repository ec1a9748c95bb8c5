package pinflow.source.emulate;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import pinflow.source.SourceTable;

/** Records counted per table, by many threads. */
final class Tally {

  private final AtomicLongArray counts = new AtomicLongArray(SourceTable.values().length);

  void add(SourceTable table, long records) {
    counts.addAndGet(table.ordinal(), records);
  }

  long total() {
    return byTable().values().stream().mapToLong(Long::longValue).sum();
  }

  Map<SourceTable, Long> byTable() {
    Map<SourceTable, Long> map = new EnumMap<>(SourceTable.class);
    for (SourceTable table : SourceTable.values()) {
      map.put(table, counts.get(table.ordinal()));
    }
    return map;
  }
}
