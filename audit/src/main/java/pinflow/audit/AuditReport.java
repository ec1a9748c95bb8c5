package pinflow.audit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pinflow.audit.Hops.Outcome;

/**
 * What an audit found.
 *
 * @param batch the last daily batch that is done, -1 before the first
 * @param underWay whether a daily run was in the middle of its commits, so that the rows of the
 *     tables could not be held against the events
 * @param answersBatch the batch that the answers are of, -1 before the first
 * @param deep null for an audit by numbers alone
 */
public record AuditReport(
    List<Partition> partitions,
    long batch,
    boolean underWay,
    long answersBatch,
    @Nullable Deep deep,
    List<Fault> faults) {

  /** What became of the comparison of contents. */
  public sealed interface Deep {
    /**
     * What was compared beyond the numbers.
     *
     * @param lines of objects, all read; {@code withLog} of them compared with the log, whose
     *     retention has deleted the others, before the audit or during it
     * @param rows of the tables with their events' content
     */
    record Compared(long lines, long withLog, long rows) implements Deep {}

    /** Nothing was compared; {@code why} in words. */
    record Skipped(String why) implements Deep {}
  }

  /**
   * One partition at every hop.
   *
   * @param logBegin the first offset in the log, {@code logEnd} the one after the last
   * @param receipts records with a receipt in the emulator's journal
   * @param objectsEnd the offset after the last one in an object, {@code stored} records in objects
   * @param lakeEnd the offset after the last one that the lake has taken in
   * @param outcomes events by outcome
   */
  public record Partition(
      String topic,
      int partition,
      long logBegin,
      long logEnd,
      long receipts,
      long objectsEnd,
      long stored,
      long lakeEnd,
      Map<Outcome, Long> outcomes) {}

  public AuditReport {
    partitions = List.copyOf(partitions);
    faults = List.copyOf(faults);
  }

  /** Whether nothing is lost and nothing counted twice. */
  public boolean good() {
    return faults.isEmpty();
  }

  /** The hops of each topic, all partitions together. */
  public Map<String, Hops> hops() {
    Map<String, Hops> hops = new LinkedHashMap<>();
    for (Partition p : partitions) {
      hops.merge(p.topic, new Hops(p.logEnd - p.logBegin, p.stored, p.outcomes), Hops::plus);
    }
    return hops;
  }
}
