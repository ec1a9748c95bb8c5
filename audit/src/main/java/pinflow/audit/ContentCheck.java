package pinflow.audit;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import pinflow.audit.Fault.Kind;
import pinflow.audit.StoredObjects.Range;

/**
 * Holds the objects of one partition against their own hashes, against the log record by record,
 * and against the quarantine's texts. Keeps one object in memory.
 */
final class ContentCheck {
  private final TopicPartition partition;
  private final StoredObjects objects;
  private final RowsOfEvents rows;
  private final List<Fault> faults = new ArrayList<>();

  private long lines;
  private long compared;
  private boolean told;

  /**
   * What was compared.
   *
   * @param lines read in objects, {@code compared} of them with the log, which may have lost the
   *     others by its retention
   */
  record Found(long lines, long compared, List<Fault> faults) {}

  private ContentCheck(TopicPartition partition, StoredObjects objects, RowsOfEvents rows) {
    this.partition = partition;
    this.objects = objects;
    this.rows = rows;
  }

  /**
   * @param chain the partition's objects
   * @param log what the log holds; what is outside is not compared with it, nor what its retention
   *     deletes meanwhile
   */
  static Found of(
      String bootstrap,
      TopicPartition partition,
      ObjectChain chain,
      LogOffsets.Range log,
      StoredObjects objects,
      RowsOfEvents rows) {
    ContentCheck check = new ContentCheck(partition, objects, rows);
    long end = Math.min(log.end(), chain.end());
    try (LogReader records = new LogReader(bootstrap, partition, log.begin(), end)) {
      ConsumerRecord<byte[], byte[]> next = records.next();
      for (Range object : chain.ranges()) {
        check.told = false;
        for (StoredLine line : check.lines(object)) {
          next = check.hold(object, line, next, records, log);
          check.holdQuarantine(line);
        }
        while (next != null && next.offset() <= object.last()) {
          check.differs(object, "the log's record at offset %d is not in it", next.offset());
          next = records.next();
        }
      }
    }
    return new Found(check.lines, check.compared, check.faults);
  }

  /** Compares a line with the log; gives the record that the next line is to be compared with. */
  private @Nullable ConsumerRecord<byte[], byte[]> hold(
      Range object,
      StoredLine line,
      @Nullable ConsumerRecord<byte[], byte[]> next,
      LogReader records,
      LogOffsets.Range log) {
    if (line.offset() < records.begin() || line.offset() >= log.end()) {
      return next;
    }
    while (next != null && next.offset() < line.offset()) {
      differs(object, "the log's record at offset %d is not in it", next.offset());
      next = records.next();
    }
    if (next == null || next.offset() > line.offset()) {
      differs(object, "the log has no record at offset %d, it has", line.offset());
      return next;
    }
    compared++;
    if (!Arrays.equals(next.value(), line.value()) || next.timestamp() != line.timestamp()) {
      differs(object, "at offset %d it is not what the log holds", line.offset());
    }
    return records.next();
  }

  private void holdQuarantine(StoredLine line) {
    if (rows.isQuarantined(partition, line.offset())
        && !rows.isRaw(partition, line.offset(), line.raw())) {
      faults.add(
          new Fault(
              Kind.ROW_CHANGED,
              "quarantine",
              "the text of event %s/%d is neither what was sent nor mended"
                  .formatted(EventLedger.place(partition), line.offset())));
    }
  }

  private List<StoredLine> lines(Range object) {
    byte[] body = objects.body(object.key());
    if (!Sha256.hex(body).equals(object.sha256())) {
      changed(object, "its bytes do not have the SHA-256 of its metadata");
    }
    List<StoredLine> read = new ArrayList<>();
    try {
      byte[] text = object.key().endsWith(".gz") ? unpacked(body) : body;
      long last = object.first() - 1;
      for (int start = 0; start < text.length; ) {
        int end = start;
        while (end < text.length && text[end] != '\n') {
          end++;
        }
        StoredLine line = StoredLine.parse(Arrays.copyOfRange(text, start, end));
        if (!line.topic().equals(partition.topic())
            || line.partition() != partition.partition()
            || line.offset() <= last
            || line.offset() > object.last()) {
          throw new IOException("offset %d does not belong there".formatted(line.offset()));
        }
        last = line.offset();
        read.add(line);
        start = end + 1;
      }
    } catch (IOException e) {
      changed(object, "line %d: %s".formatted(read.size() + 1, e.getMessage()));
    }
    if (read.size() != object.records()) {
      changed(
          object,
          "it has %,d records, its metadata say %,d".formatted(read.size(), object.records()));
    }
    lines += read.size();
    return read;
  }

  private static byte[] unpacked(byte[] body) throws IOException {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
      return in.readAllBytes();
    }
  }

  private void differs(Range object, String what, long offset) {
    tell(Kind.RECORD_DIFFERS, object, what.formatted(offset));
  }

  private void changed(Range object, String what) {
    tell(Kind.OBJECT_CHANGED, object, what);
  }

  /** The first of an object: the others follow from it, or say the same. */
  private void tell(Kind kind, Range object, String what) {
    if (!told) {
      faults.add(new Fault(kind, object.key(), what));
      told = true;
    }
  }
}
