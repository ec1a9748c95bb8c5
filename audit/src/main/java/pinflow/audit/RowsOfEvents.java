package pinflow.audit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import pinflow.audit.Fault.Kind;

/**
 * The contents in the lake, by their event: the hashes in {@code events}, the rows of the tables
 * and the texts of {@code quarantine}. Of each hash the first eight bytes are kept.
 */
final class RowsOfEvents {
  private static final List<String> PROVENANCE = List.of("_topic", "_partition", "_offset");

  /** Offsets whose contents are kept in one array. */
  private static final int PAGE = 1 << 12;

  /** By partition and offset, in pages; 0 where there is none. */
  private final Map<TopicPartition, Map<Long, long[]>> contents = new HashMap<>();

  private final Map<TopicPartition, Map<Long, Long>> quarantined = new HashMap<>();
  private final MendedTexts mended;
  private final Consumer<Fault> faults;
  private long rows;

  private RowsOfEvents(MendedTexts mended, Consumer<Fault> faults) {
    this.mended = mended;
    this.faults = faults;
  }

  /** Reads the tables and compares each row's content with its event's. */
  static RowsOfEvents read(AuditedTables tables, Consumer<Fault> faults) {
    RowsOfEvents read = new RowsOfEvents(MendedTexts.read(tables.mended(), faults), faults);
    tables.events().ifPresent(read::readEvents);
    tables.rows().forEach(read::readRows);
    tables.quarantine().ifPresent(read::readQuarantine);
    return read;
  }

  /** Rows of {@code pin}, {@code geo} and {@code user} that were compared. */
  long rows() {
    return rows;
  }

  boolean isQuarantined(TopicPartition partition, long offset) {
    return quarantined.getOrDefault(partition, Map.of()).containsKey(offset);
  }

  /**
   * Whether a quarantined event's text is the last that was written by hand for it, or else the one
   * that was sent.
   */
  boolean isRaw(TopicPartition partition, long offset, @Nullable String sent) {
    Long byHand = mended.fingerprint(partition, offset);
    return Objects.equals(
        quarantined.getOrDefault(partition, Map.of()).get(offset),
        byHand == null ? Long.valueOf(fingerprint(sent)) : byHand);
  }

  static long fingerprint(@Nullable String text) {
    return text == null ? 0 : first(Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static long first(byte[] hash) {
    return ByteBuffer.wrap(Arrays.copyOf(hash, Long.BYTES)).getLong();
  }

  /** An event that is said to repeat another. */
  private record Repeat(
      TopicPartition partition, long offset, TopicPartition ofPartition, long ofOffset) {}

  private void readEvents(LakeTable events) {
    List<Repeat> repeats = new ArrayList<>();
    events.forEach(
        List.of(
            "topic",
            "partition",
            "offset",
            "content",
            "outcome",
            "of_topic",
            "of_partition",
            "of_offset"),
        row -> {
          if (row[3] instanceof byte[] content) {
            TopicPartition partition = EventLedger.partition(row[0], row[1]);
            long offset = EventLedger.number(row[2]);
            put(partition, offset, first(content));
            if ("duplicate".equals(row[4])) {
              repeats.add(
                  new Repeat(
                      partition,
                      offset,
                      EventLedger.partition(row[5], row[6]),
                      EventLedger.number(row[7])));
            }
          }
        });
    for (Repeat repeat : repeats) {
      if (content(repeat.partition, repeat.offset)
          != content(repeat.ofPartition, repeat.ofOffset)) {
        faults.accept(
            new Fault(
                Kind.EVENT_CHANGED,
                EventLedger.place(repeat.partition) + "/" + repeat.offset,
                "it is said to repeat an event that has another content"));
      }
    }
  }

  private void readRows(String table, LakeTable rowsOfTable) {
    List<String> columns = new ArrayList<>(PROVENANCE);
    rowsOfTable.columns().stream().filter(c -> !c.startsWith("_")).forEach(columns::add);
    rowsOfTable.forEach(
        columns,
        row -> {
          TopicPartition partition = EventLedger.partition(row[0], row[1]);
          long offset = EventLedger.number(row[2]);
          rows++;
          long hash = first(RowContent.hash(Arrays.asList(row).subList(3, row.length)));
          if (hash != content(partition, offset)) {
            faults.accept(
                new Fault(
                    Kind.ROW_CHANGED,
                    table,
                    "the row of event %s/%d, ind %s, has not that event's content"
                        .formatted(EventLedger.place(partition), offset, row[3])));
          }
        });
  }

  private void readQuarantine(LakeTable quarantine) {
    quarantine.forEach(
        List.of("_topic", "_partition", "_offset", "raw"),
        row ->
            quarantined
                .computeIfAbsent(
                    EventLedger.partition(row[0], row[1]), partition -> new HashMap<>())
                .put(
                    EventLedger.number(row[2]),
                    fingerprint(row[3] instanceof String text ? text : null)));
  }

  private void put(TopicPartition partition, long offset, long content) {
    contents.computeIfAbsent(partition, p -> new HashMap<>())
            .computeIfAbsent(offset / PAGE, page -> new long[PAGE])[(int) (offset % PAGE)] =
        content;
  }

  private long content(TopicPartition partition, long offset) {
    long[] page = contents.getOrDefault(partition, Map.of()).get(offset / PAGE);
    return page == null || offset < 0 ? 0 : page[(int) (offset % PAGE)];
  }
}
