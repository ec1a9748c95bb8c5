package pinflow.source.emulate;

import java.util.List;
import java.util.Map;
import pinflow.source.SourceTable;

/**
 * How a run ended. Each record that was read is in exactly one of {@code posted}, {@code failed},
 * {@code before} and, when stopped, {@code unsent}.
 *
 * @param run names the run in the journal and begins its idempotency keys
 * @param posts posts gone through
 * @param posted records acknowledged by this call, per table
 * @param failed records given up by this call, per table
 * @param before records that earlier calls of the run have a receipt for, per table
 * @param unsent records read but neither acknowledged nor given up when the run was stopped
 * @param problems why records failed, once per kind, with the number of records
 * @param stopped whether {@link Emulator#stop} ended it
 * @param seconds this call took
 */
public record Summary(
    String run,
    long posts,
    Map<SourceTable, Long> posted,
    Map<SourceTable, Long> failed,
    Map<SourceTable, Long> before,
    long unsent,
    List<String> problems,
    boolean stopped,
    double seconds) {

  public long postedRecords() {
    return posted.values().stream().mapToLong(Long::longValue).sum();
  }

  public long failedRecords() {
    return failed.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Whether every record has its receipt. */
  public boolean complete() {
    return failedRecords() == 0 && !stopped;
  }
}
