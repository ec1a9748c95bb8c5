package pinflow.lake.batch;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * What a batch takes in, written down when all of it has been read and before any of it is written:
 * so whoever finishes it, and however often it is begun, its outcome is the same.
 */
sealed interface Plan {
  /** A row for each object, or for each event of a replay. */
  StructType SCHEMA =
      StructType.fromDDL(
          "batch BIGINT, events_version BIGINT, topic STRING, partition INT, key STRING,"
              + " first_offset BIGINT, last_offset BIGINT, quarantine_version BIGINT,"
              + " planned TIMESTAMP, mended STRING");

  long batch();

  /** The version of the table {@code events} that the batch builds on; -1 if it was not there. */
  long eventsVersion();

  /** What it takes of the log, by topic and partition. */
  Map<List<Object>, Reach> reaches();

  /** How many events it has at most. */
  default long most() {
    return reaches().values().stream().mapToLong(Reach::most).sum();
  }

  /** As {@link #SCHEMA} has them. */
  List<Row> rows();

  /** Whether a row of {@link #SCHEMA} is an object and not an event of a replay. */
  static boolean isOfObjects(Row row) {
    return row.isNullAt(7);
  }

  /** The plan whose rows these are. */
  static Plan of(List<Row> rows) {
    Row any = rows.get(0);
    return isOfObjects(any)
        ? new OfObjects(
            any.getLong(0), any.getLong(1), rows.stream().map(OfObjects::object).toList())
        : new OfQuarantine(
            any.getLong(0),
            any.getLong(1),
            any.getLong(7),
            any.getInstant(8),
            rows.stream().map(OfQuarantine::event).toList());
  }

  /**
   * How much of a partition is taken.
   *
   * @param first no event lies before it
   * @param last the last event's offset
   * @param least how many events there are at least, {@code most} at most
   */
  record Reach(long first, long last, long least, long most) {
    Reach and(Reach other) {
      return new Reach(
          Math.min(first, other.first),
          Math.max(last, other.last),
          least + other.least,
          most + other.most);
    }
  }

  /** Objects of the store: a daily run's. */
  record OfObjects(long batch, long eventsVersion, List<StoredObject> objects) implements Plan {
    public OfObjects {
      objects =
          objects.stream()
              .sorted(
                  Comparator.comparing(StoredObject::topic)
                      .thenComparing(StoredObject::partition)
                      .thenComparing(StoredObject::firstOffset))
              .toList();
    }

    @Override
    public Map<List<Object>, Reach> reaches() {
      Map<List<Object>, Reach> reaches = new HashMap<>();
      for (StoredObject object : objects) {
        long most = object.lastOffset() - object.firstOffset() + 1;
        reaches.merge(
            List.of(object.topic(), object.partition()),
            new Reach(object.firstOffset(), object.lastOffset(), 1, most),
            Reach::and);
      }
      return reaches;
    }

    @Override
    public List<Row> rows() {
      return objects.stream()
          .map(
              object ->
                  RowFactory.create(
                      batch,
                      eventsVersion,
                      object.topic(),
                      object.partition(),
                      object.key(),
                      object.firstOffset(),
                      object.lastOffset(),
                      null,
                      null,
                      null))
          .toList();
    }

    private static StoredObject object(Row row) {
      return new StoredObject(
          row.getString(2), row.getInt(3), row.getString(4), row.getLong(5), row.getLong(6));
    }
  }

  /**
   * Events in quarantine: a replay's.
   *
   * @param quarantineVersion the version of the table that has their texts
   * @param time when it was planned, in whole microseconds
   */
  record OfQuarantine(
      long batch, long eventsVersion, long quarantineVersion, Instant time, List<Event> events)
      implements Plan {
    public OfQuarantine {
      events =
          events.stream()
              .sorted(
                  Comparator.comparing(Event::topic)
                      .thenComparing(Event::partition)
                      .thenComparing(Event::offset))
              .toList();
    }

    /**
     * An event in quarantine.
     *
     * @param mended the text that was written by hand in the place of its own; null if none was
     */
    record Event(String topic, int partition, long offset, @Nullable String mended) {}

    /** The events whose text was mended. */
    Stream<Event> mended() {
      return events.stream().filter(event -> event.mended != null);
    }

    @Override
    public Map<List<Object>, Reach> reaches() {
      Map<List<Object>, Reach> reaches = new HashMap<>();
      for (Event event : events) {
        reaches.merge(
            List.of(event.topic, event.partition),
            new Reach(event.offset, event.offset, 1, 1),
            Reach::and);
      }
      return reaches;
    }

    @Override
    public List<Row> rows() {
      return events.stream()
          .map(
              event ->
                  RowFactory.create(
                      batch,
                      eventsVersion,
                      event.topic,
                      event.partition,
                      null,
                      event.offset,
                      event.offset,
                      quarantineVersion,
                      time,
                      event.mended))
          .toList();
    }

    private static Event event(Row row) {
      return new Event(row.getString(2), row.getInt(3), row.getLong(5), row.getString(9));
    }
  }
}
