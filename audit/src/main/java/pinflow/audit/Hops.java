package pinflow.audit;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How many events of one topic each hop holds.
 *
 * @param log records in the log, end offset less beginning offset, all partitions
 * @param objects records in the store's objects, by the objects' metadata
 * @param outcomes events by their outcome, from the lake's {@code events}
 */
public record Hops(long log, long objects, Map<Outcome, Long> outcomes) {
  /** What became of an event in the lake. */
  public enum Outcome {
    CLEAN,
    QUARANTINED,
    DUPLICATE,
    SUPERSEDED;

    private static final Outcome[] ALL = values();

    private final String word = name().toLowerCase(Locale.ROOT);

    /** As the {@code events} table has it. */
    public String word() {
      return word;
    }

    static Outcome of(String word) {
      for (Outcome outcome : ALL) {
        if (outcome.word.equals(word)) {
          return outcome;
        }
      }
      throw new AuditException("The table events has an outcome that is none: " + word);
    }
  }

  public long count(Outcome outcome) {
    return outcomes.getOrDefault(outcome, 0L);
  }

  Hops plus(Hops other) {
    Map<Outcome, Long> sum = new EnumMap<>(Outcome.class);
    for (Outcome outcome : Outcome.values()) {
      sum.put(outcome, count(outcome) + other.count(outcome));
    }
    return new Hops(log + other.log, objects + other.objects, sum);
  }

  /** Whether every record of the log is in an object, and every one has exactly one outcome. */
  public boolean addUp() {
    return log == objects && objects == events();
  }

  private long events() {
    return List.of(Outcome.values()).stream().mapToLong(this::count).sum();
  }
}
