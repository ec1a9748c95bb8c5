package pinflow.lake.live;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;
import pinflow.lake.batch.Outcomes;
import pinflow.lake.live.StreamRows.Cleaned;
import pinflow.lake.tables.LakeTables;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What becomes of events whose inds are known or there twice: what {@link Outcomes} decides with a
 * query, decided on the driver. Of the few that a batch has, Spark would plan for seconds.
 */
final class Judged {
  private static final StructType EVENTS = LakeTables.schema("events");
  private static final int TOPIC = EVENTS.fieldIndex("topic");
  private static final int PARTITION = EVENTS.fieldIndex("partition");
  private static final int OFFSET = EVENTS.fieldIndex("offset");
  private static final int TIMESTAMP = EVENTS.fieldIndex("timestamp");
  private static final int IND = EVENTS.fieldIndex("ind");
  private static final int CONTENT = EVENTS.fieldIndex("content");
  private static final int OUTCOME = EVENTS.fieldIndex("outcome");
  private static final int OF_TOPIC = EVENTS.fieldIndex("of_topic");
  private static final int OF_PARTITION = EVENTS.fieldIndex("of_partition");
  private static final int OF_OFFSET = EVENTS.fieldIndex("of_offset");

  private final StreamRows functions;
  private final List<InternalRow> rows = new ArrayList<>();
  private final List<InternalRow> events = new ArrayList<>();
  private final LongSummaryStatistics replaced = new LongSummaryStatistics();
  private final LongSummaryStatistics changed = new LongSummaryStatistics();
  private final Map<Long, List<InternalRow>> ends = new HashMap<>();
  private final Set<Long> late = new HashSet<>();

  private Judged(StreamRows functions) {
    this.functions = functions;
  }

  /** An event's place, in the order of the log: compared field by field. */
  private record At(long timestamp, int partition, long offset, UTF8String topic)
      implements Comparable<At> {
    private static final Comparator<At> ORDER =
        Comparator.comparingLong(At::timestamp)
            .thenComparingInt(At::partition)
            .thenComparingLong(At::offset)
            .thenComparing(At::topic);

    static At of(InternalRow event) {
      return new At(
          event.getLong(TIMESTAMP),
          event.getInt(PARTITION),
          event.getLong(OFFSET),
          event.getUTF8String(TOPIC));
    }

    @Override
    public int compareTo(At other) {
      return ORDER.compare(this, other);
    }
  }

  /**
   * An event of this batch, or an old one.
   *
   * @param row of the table {@code events}
   * @param fresh as it was cleaned; null for an old one
   */
  private record Event(At at, InternalRow row, @Nullable Cleaned fresh) {
    Event(InternalRow row, @Nullable Cleaned fresh) {
      this(At.of(row), row, fresh);
    }

    ByteBuffer content() {
      return ByteBuffer.wrap(row.getBinary(CONTENT));
    }

    boolean wasClean() {
      return fresh == null && row.getUTF8String(OUTCOME).equals(UTF8String.fromString("clean"));
    }

    /** The row with another outcome; the same object if it is the one that it has. */
    InternalRow with(String outcome, @Nullable At of) {
      UTF8String text = UTF8String.fromString(outcome);
      if (row.getUTF8String(OUTCOME).equals(text) && isOf(of)) {
        return row;
      }
      Object[] values = CollectionConverters.asJava(row.toSeq(EVENTS)).toArray();
      values[OUTCOME] = text;
      values[OF_TOPIC] = of == null ? null : of.topic;
      values[OF_PARTITION] = of == null ? null : (Integer) of.partition;
      values[OF_OFFSET] = of == null ? null : (Long) of.offset;
      return new GenericInternalRow(values);
    }

    private boolean isOf(@Nullable At of) {
      return of == null || row.isNullAt(OF_OFFSET)
          ? of == null && row.isNullAt(OF_OFFSET)
          : row.getUTF8String(OF_TOPIC).equals(of.topic)
              && row.getInt(OF_PARTITION) == of.partition
              && row.getLong(OF_OFFSET) == of.offset;
    }
  }

  /** Those of one content. */
  private record Group(List<Event> events, At first, At last) {
    static Group of(List<Event> events) {
      List<Event> inOrder = events.stream().sorted(Comparator.comparing(Event::at)).toList();
      return new Group(inOrder, inOrder.get(0).at, inOrder.get(inOrder.size() - 1).at);
    }

    boolean isEnd(Event event) {
      return event.at.equals(first) || event.at.equals(last);
    }

    /** Whether an event of this batch stands for old ones, of which not all may be here. */
    boolean isLate() {
      return events.get(0).fresh != null && events.stream().anyMatch(e -> e.fresh == null);
    }
  }

  /**
   * @param fresh events of the batch that break no rule
   * @param old of the table {@code events}, those of the same inds that break no rule: all of them,
   *     or the first and the last of each content
   */
  static Judged of(StreamRows functions, List<Cleaned> fresh, Collection<InternalRow> old) {
    Map<Long, List<Event>> posts = new LinkedHashMap<>();
    for (Cleaned record : fresh) {
      InternalRow row = functions.event(record);
      post(posts, row).add(new Event(row, record));
    }
    old.forEach(row -> post(posts, row).add(new Event(row, null)));
    Judged judged = new Judged(functions);
    posts.forEach(judged::judge);
    return judged;
  }

  private static List<Event> post(Map<Long, List<Event>> posts, InternalRow event) {
    return posts.computeIfAbsent(event.getLong(IND), ind -> new ArrayList<>());
  }

  private void judge(long ind, List<Event> post) {
    Map<ByteBuffer, List<Event>> contents = new HashMap<>();
    post.forEach(
        event -> contents.computeIfAbsent(event.content(), c -> new ArrayList<>()).add(event));
    List<Group> groups = contents.values().stream().map(Group::of).toList();
    Group winner = groups.stream().max(Comparator.comparing(Group::last)).orElseThrow();
    List<InternalRow> endsHere = new ArrayList<>();
    for (Group group : groups) {
      for (Event event : group.events) {
        boolean stands = event.at.equals(group.first);
        InternalRow row =
            stands && group == winner
                ? event.with("clean", null)
                : stands
                    ? event.with("superseded", winner.first)
                    : event.with("duplicate", group.first);
        if (event.fresh != null) {
          events.add(row);
        } else if (row != event.row) {
          events.add(row);
          changed.accept(ind);
        }
        if (group.isEnd(event)) {
          endsHere.add(row);
        }
      }
    }
    ends.put(ind, endsHere);
    if (groups.stream().anyMatch(Group::isLate)) {
      late.add(ind);
    }
    At standing =
        post.stream().filter(Event::wasClean).map(Event::at).max(At::compareTo).orElse(null);
    if (!winner.first.equals(standing)) {
      stand(winner);
      if (standing != null) {
        replaced.accept(ind);
      }
    }
  }

  /** The content becomes the table's row, with the provenance of its first event. */
  private void stand(Group winner) {
    Cleaned fresh =
        winner.events.stream()
            .map(Event::fresh)
            .filter(Objects::nonNull)
            .findFirst()
            .orElseThrow(); // An old group can only come to win by a new event.
    At first = winner.first;
    rows.add(functions.tableRow(fresh, first.partition, first.offset, first.timestamp));
  }

  /** The table's rows. */
  List<InternalRow> rows() {
    return rows;
  }

  /** The rows of {@code events}: those of the batch, and old ones whose outcome changes. */
  List<InternalRow> events() {
    return events;
  }

  /** The inds of the rows that take the place of one. */
  LongSummaryStatistics replaced() {
    return replaced;
  }

  /** The inds of old events whose outcome changes. */
  LongSummaryStatistics changed() {
    return changed;
  }

  /** By ind the first and the last event of each content, which say how further ones are judged. */
  Map<Long, List<InternalRow>> ends() {
    return ends;
  }

  /** The inds to be judged again with all their old events, if that was done with some. */
  Set<Long> late() {
    return late;
  }
}
