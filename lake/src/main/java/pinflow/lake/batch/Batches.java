package pinflow.lake.batch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import pinflow.lake.rules.Cleaning;
import pinflow.lake.tables.LakeException;
import pinflow.lake.tables.LakeTables;
import pinflow.lake.tables.Transaction;

/**
 * The plans of all batches, in the table {@code batches}: a row for each object. A batch is planned
 * by a commit there and done by one to {@code events}; both carry its number.
 */
final class Batches {
  private static final String TABLE = "batches";
  private static final StructType SCHEMA =
      StructType.fromDDL(
          "batch BIGINT, events_version BIGINT, topic STRING, partition INT, key STRING,"
              + " first_offset BIGINT, last_offset BIGINT");

  private final LakeTables tables;

  Batches(LakeTables tables) {
    this.tables = tables;
  }

  /** The number of the last batch that is done; -1 before the first. */
  long done() {
    return tables.lastCommit("events", Daily.APPLICATION);
  }

  /** The batch that was planned and not done, if there is one. */
  Optional<Plan> unfinished() {
    long planned = tables.lastCommit(TABLE, Daily.APPLICATION);
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
    Map<List<Object>, Long> ends = ends();
    List<StoredObject> objects = new ArrayList<>();
    for (String table : Cleaning.TABLES) {
      String topic = id + "." + table;
      for (int partition : bucket.partitions(topic)) {
        long from = ends.getOrDefault(List.of(topic, partition), 0L);
        objects.addAll(chain(bucket, topic, partition, from));
      }
    }
    if (objects.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new Plan(batch, tables.version("events"), objects));
  }

  /**
   * Writes a plan down, unless another process was first with the same batch.
   *
   * @return the plan that was first
   */
  Plan agree(Plan plan) {
    List<Row> rows =
        plan.objects().stream()
            .map(
                o ->
                    RowFactory.create(
                        plan.batch(),
                        plan.eventsVersion(),
                        o.topic(),
                        o.partition(),
                        o.key(),
                        o.firstOffset(),
                        o.lastOffset()))
            .toList();
    tables.inTransaction(
        new Transaction(Daily.APPLICATION, plan.batch()), () -> tables.append(TABLE, SCHEMA, rows));
    return read(plan.batch());
  }

  /** A partition's objects from an offset on, each of which begins where the one before ends. */
  private static List<StoredObject> chain(Bucket bucket, String topic, int partition, long from) {
    List<String> keys = bucket.objects(topic, partition, from);
    List<StoredObject> chain = new ArrayList<>();
    long expected = from;
    for (int i = 0; i < keys.size(); i++) {
      String key = keys.get(i);
      long first = Bucket.firstOffset(key);
      if (first != expected) {
        throw LakeException.found(
            "Before object %s one is missing that begins at offset %d, so nothing of this batch was taken. Restore it and run the job again."
                .formatted(key, expected));
      }
      long last =
          i + 1 < keys.size() ? Bucket.firstOffset(keys.get(i + 1)) - 1 : bucket.lastOffset(key);
      chain.add(new StoredObject(topic, partition, key, first, last));
      expected = last + 1;
    }
    return chain;
  }

  /** The offsets at which the planned batches end, by topic and partition. */
  private Map<List<Object>, Long> ends() {
    Map<List<Object>, Long> ends = new HashMap<>();
    for (Row row : tables.rows(TABLE, "topic", "partition", "last_offset")) {
      ends.merge(List.of(row.getString(0), row.getInt(1)), row.getLong(2) + 1, Math::max);
    }
    return ends;
  }

  /** How many events all batches have, those that the log has lost included. */
  long events() {
    return ends().values().stream().mapToLong(end -> end).sum();
  }

  private Plan read(long batch) {
    List<Row> rows =
        tables.rows(TABLE, SCHEMA.fieldNames()).stream()
            .filter(row -> row.getLong(0) == batch)
            .toList();
    return new Plan(
        batch,
        rows.get(0).getLong(1),
        rows.stream()
            .map(
                row ->
                    new StoredObject(
                        row.getString(2),
                        row.getInt(3),
                        row.getString(4),
                        row.getLong(5),
                        row.getLong(6)))
            .toList());
  }
}
