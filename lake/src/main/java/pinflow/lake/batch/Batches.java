package pinflow.lake.batch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import pinflow.lake.rules.Cleaning;
import pinflow.lake.tables.LakeException;
import pinflow.lake.tables.LakeTables;
import pinflow.lake.tables.Transaction;

/**
 * The plans of all batches, in the table {@code batches}. A batch is planned by a commit there and
 * done by one to {@code events}; both carry its number.
 */
final class Batches {
  private static final String TABLE = "batches";

  private final LakeTables tables;

  Batches(LakeTables tables) {
    this.tables = tables;
  }

  /** Where the objects that were planned of a partition end, and the last one's key. */
  private record End(long offset, String key) {}

  /** The number of the last batch that is done; -1 before the first. */
  long done() {
    return tables.lastCommit("events", Daily.APPLICATION);
  }

  /** The batch that was planned and not done, if there is one. */
  Optional<Plan> unfinished() {
    long planned = tables.small().lastCommit(TABLE, Daily.APPLICATION);
    return planned > done() ? Optional.of(read(planned)) : Optional.empty();
  }

  /**
   * A plan of all that is new, not yet written down.
   *
   * @return nothing if nothing is new
   */
  Optional<Plan> next(Bucket bucket, String id) {
    // First the number: whatever another process plans or ends from here on, this plan gives way.
    long batch = done() + 1;
    Map<List<Object>, End> ends = ends();
    List<StoredObject> objects = new ArrayList<>();
    for (String table : Cleaning.TABLES) {
      String topic = id + "." + table;
      for (int partition : bucket.partitions(topic)) {
        objects.addAll(since(ends.get(List.of(topic, partition)), bucket, topic, partition));
      }
    }
    if (objects.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new Plan.OfObjects(batch, tables.version("events"), objects));
  }

  /**
   * Writes a plan down, unless another process was first with the same batch.
   *
   * @return the plan that was first
   */
  Plan agree(Plan plan) {
    tables.inTransaction(
        new Transaction(Daily.APPLICATION, plan.batch()),
        () -> tables.small().append(TABLE, Plan.SCHEMA, plan.rows()));
    return read(plan.batch());
  }

  /**
   * The objects that hold a plan's events now, and of them what was planned. They are the planned
   * ones, unless some were torn and the sink has written their records again, cut otherwise.
   */
  static List<StoredObject> holding(Plan.OfObjects plan, Bucket bucket) {
    List<StoredObject> objects = new ArrayList<>();
    plan.reaches()
        .forEach(
            (place, reach) -> {
              String topic = (String) place.get(0);
              int partition = (int) place.get(1);
              long end = -1;
              List<String> keys = bucket.objects(topic, partition, reach.first());
              for (StoredObject object : chain(bucket, topic, partition, reach.first(), keys)) {
                if (object.firstOffset() <= reach.last()) {
                  end = Math.min(object.lastOffset(), reach.last());
                  objects.add(
                      new StoredObject(topic, partition, object.key(), object.firstOffset(), end));
                }
              }
              if (end < reach.last()) {
                throw LakeException.found(
                    "Batch %d was planned with offsets up to %d of %s/%d, and the objects now end before, so this run wrote nothing. Restart the connector, which writes them again from the log, or restore them; then run the job again."
                        .formatted(plan.batch(), reach.last(), topic, partition));
              }
            });
    return objects;
  }

  private static List<StoredObject> since(
      @Nullable End end, Bucket bucket, String topic, int partition) {
    long from = end == null ? 0 : end.offset;
    List<String> keys = bucket.objects(topic, partition, from);
    // Without a further object the last one may still be longer than it was: torn, and written
    // again with later records in it.
    return keys.isEmpty() && end != null && bucket.lastOffset(end.key).orElse(-1L) < from
        ? List.of()
        : chain(bucket, topic, partition, from, keys);
  }

  /**
   * A partition's objects from an offset on, each of which begins where the one before ends. The
   * first is taken from that offset on, where it begins before.
   *
   * @param later the keys of those that begin at the offset or later
   */
  private static List<StoredObject> chain(
      Bucket bucket, String topic, int partition, long from, List<String> later) {
    List<String> keys =
        later.isEmpty() || Bucket.firstOffset(later.get(0)) != from
            ? fromTheOneAround(from, bucket.objects(topic, partition, 0))
            : later;
    List<StoredObject> chain = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      String key = keys.get(i);
      long first = Math.max(from, Bucket.firstOffset(key));
      if (i == 0 && first > from) {
        throw LakeException.found(
            "Before object %s one is missing that begins at offset %d, so this run wrote nothing. Restore it, or delete the objects after it and restart the connector, which writes them again from the log; then run the job again."
                .formatted(key, from));
      }
      long last =
          i + 1 < keys.size()
              ? Bucket.firstOffset(keys.get(i + 1)) - 1
              : bucket.lastOffset(key).orElseThrow(() -> Bucket.gone(key));
      if (last >= first) {
        chain.add(new StoredObject(topic, partition, key, first, last));
      }
    }
    return chain;
  }

  /** Of a partition's keys those from the last one on that begins at an offset or before. */
  private static List<String> fromTheOneAround(long offset, List<String> keys) {
    int around = keys.size();
    while (around > 0 && Bucket.firstOffset(keys.get(around - 1)) > offset) {
      around--;
    }
    return keys.subList(Math.max(0, around - 1), keys.size());
  }

  /** The ends of the planned batches, by topic and partition. */
  private Map<List<Object>, End> ends() {
    Map<List<Object>, End> ends = new HashMap<>();
    for (Row row : tables.small().rows(TABLE, Plan.SCHEMA)) {
      if (Plan.isOfObjects(row)) {
        ends.merge(
            List.of(row.getString(2), row.getInt(3)),
            new End(row.getLong(6) + 1, row.getString(4)),
            (one, other) -> one.offset >= other.offset ? one : other);
      }
    }
    return ends;
  }

  /** How many events all batches have brought, those that the log has lost included. */
  long events() {
    return ends().values().stream().mapToLong(End::offset).sum();
  }

  private Plan read(long batch) {
    return Plan.of(
        tables.small().rows(TABLE, Plan.SCHEMA).stream()
            .filter(row -> row.getLong(0) == batch)
            .toList());
  }
}
