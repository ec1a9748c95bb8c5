package pinflow.audit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The versions of the tables that one audit reads.
 *
 * @param before the last batch that was done before the first was opened: a run may commit while
 *     they are opened one after the other
 * @param rows {@code pin}, {@code geo}, {@code user}, as far as they are there
 */
record AuditedTables(
    long before,
    Map<String, LakeTable> rows,
    Optional<LakeTable> quarantine,
    Optional<LakeTable> mended,
    Optional<LakeTable> events,
    Optional<LakeTable> batches) {
  /**
   * Those of one query of the live way.
   *
   * @param prefix of their names
   */
  static AuditedTables live(LakeTables lake, String prefix) {
    Map<String, LakeTable> rows = new LinkedHashMap<>();
    lake.latest(prefix + "_table").ifPresent(found -> rows.put(prefix + "_table", found));
    return new AuditedTables(
        -1,
        rows,
        lake.latest(prefix + "_quarantine"),
        Optional.empty(),
        lake.latest(prefix + "_events"),
        Optional.empty());
  }

  static AuditedTables open(LakeTables lake) {
    long before = EventLedger.done(lake);
    Map<String, LakeTable> rows = new LinkedHashMap<>();
    EventLedger.TABLES.forEach(
        table -> lake.latest(table).ifPresent(found -> rows.put(table, found)));
    return new AuditedTables(
        before,
        rows,
        lake.latest("quarantine"),
        lake.latest("mended"),
        lake.latest("events"),
        lake.latest("batches"));
  }
}
