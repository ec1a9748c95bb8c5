package pinflow.audit;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pinflow.audit.Hops.Outcome;

/**
 * What an audit of the live way found.
 *
 * @param shards of all streams that are there
 * @param underWay streams whose tables were never seen between two batches, so that rows could not
 *     be held against events
 * @param compared what was compared; null if contents were not
 */
public record LiveReport(
    List<Shard> shards, List<String> underWay, @Nullable Compared compared, List<Fault> faults) {

  /**
   * Contents that were compared.
   *
   * @param records of the log that were read
   * @param rows held against their events
   */
  public record Compared(long records, long rows) {}

  /**
   * One shard at every hop.
   *
   * @param receipts records with a receipt in the streaming emulator's journal
   * @param logBegin the first offset in the log, {@code logEnd} the one after the last
   * @param end the offset after the last one that the live way has taken in
   * @param outcomes records by outcome
   */
  public record Shard(
      String stream,
      int shard,
      long receipts,
      long logBegin,
      long logEnd,
      long end,
      Map<Outcome, Long> outcomes) {}

  public LiveReport {
    shards = List.copyOf(shards);
    underWay = List.copyOf(underWay);
    faults = List.copyOf(faults);
  }

  /** Whether nothing is lost and nothing counted twice. */
  public boolean good() {
    return faults.isEmpty();
  }
}
