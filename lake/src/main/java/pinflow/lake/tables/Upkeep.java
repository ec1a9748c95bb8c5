package pinflow.lake.tables;

import io.delta.tables.DeltaTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;

/**
 * Keeps the tables small: the number of their files, and the files that only old versions need. No
 * row changes. May run beside a daily run, and be killed at any moment.
 */
public final class Upkeep {
  private static final List<String> TABLES =
      List.of("pin", "geo", "user", "quarantine", "mended", "events", "batches");

  private static final double LEAST_HOURS = 1;

  private final LakeTables tables;

  public Upkeep(LakeTables tables) {
    this.tables = tables;
  }

  /** How many files were written in the place of how many. */
  public record Files(long removed, long added) {}

  /** Writes each table's small files together, and those of which many rows are deleted anew. */
  public Map<String, Files> compact(Steps steps) {
    Map<String, Files> done = new LinkedHashMap<>();
    for (String table : TABLES) {
      if (tables.version(table) >= 0) {
        done.put(table, steps.time(table, () -> compact(table)));
      }
    }
    return done;
  }

  /** Writes one table's small files together. */
  public Files compact(String table) {
    return tables.again(table, () -> compactOnce(table));
  }

  private Files compactOnce(String table) {
    Row metrics = table(table).optimize().executeCompaction().select("metrics.*").first();
    return new Files(metrics.getAs("numFilesRemoved"), metrics.getAs("numFilesAdded"));
  }

  /**
   * Deletes the files of versions older than {@code hours}, answers' too.
   *
   * @param answers the names of the answers' tables
   * @param pending what a run has still to do with old versions, in words
   * @throws LakeException if there is something, or the time is too short for a query that runs
   */
  public void vacuum(double hours, List<String> answers, Optional<String> pending, Steps steps) {
    if (!(hours >= LEAST_HOURS)) {
      throw LakeException.asked(
          "Files are kept for %s hours or more, so that what reads now can end; %s are too few."
              .formatted(LEAST_HOURS, hours));
    }
    if (pending.isPresent()) {
      throw LakeException.found(
          "%s; nothing was deleted. Run `pinflow run daily`, which ends it, then this again."
              .formatted(pending.get()));
    }
    TABLES.forEach(table -> vacuum(table, hours, steps));
    answers.forEach(table -> vacuum(table, hours, steps));
  }

  private void vacuum(String table, double hours, Steps steps) {
    if (tables.version(table) >= 0) {
      steps.time(table, () -> table(table).vacuum(hours));
    }
  }

  private DeltaTable table(String table) {
    return DeltaTable.forPath(tables.spark(), tables.path(table));
  }
}
