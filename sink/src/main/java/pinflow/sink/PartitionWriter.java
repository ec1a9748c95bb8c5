package pinflow.sink;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The records of one partition that wait for their object. */
final class PartitionWriter {

  private static final Logger log = LoggerFactory.getLogger(PartitionWriter.class);

  private final TopicPartition partition;
  private final Chain chain;
  private final SinkConfig config;
  private final Clock clock;

  /** The end of the chain when this task took the partition over and had the log read from it. */
  private final long opened;

  /** The offset after the last one in the store: the first offset of the next object. */
  private long stored;

  /** The offset after the last one taken into {@link #lines}. */
  private long expected;

  private final Deque<Line> lines = new ArrayDeque<>();
  private long bytes;
  private long deadline = Long.MAX_VALUE;

  private PartitionWriter(
      TopicPartition partition, Chain chain, SinkConfig config, Clock clock, long end) {
    this.partition = partition;
    this.chain = chain;
    this.config = config;
    this.clock = clock;
    this.opened = end;
    this.stored = end;
    this.expected = end;
  }

  /**
   * Takes a partition over where its objects end.
   *
   * @throws RetriableException if the store does not answer
   * @throws ConnectException if what is there is not this sink's
   */
  static PartitionWriter open(
      TopicPartition partition, Bucket bucket, SinkConfig config, Clock clock) {
    Chain chain =
        new Chain(bucket, config.getString(SinkConfig.TOPICS_DIR), partition, config.gzip());
    return new PartitionWriter(partition, chain, config, clock, chain.end());
  }

  /** The offset from which on the log's records are not in the store; 0 if none is. */
  long stored() {
    return stored;
  }

  /** Bytes of the lines that wait. */
  long bytes() {
    return bytes;
  }

  /** When the lines that wait are to be written, whatever their number; epoch ms. */
  long deadline() {
    return deadline;
  }

  /** Whether an object is to be written by count or time. */
  boolean due() {
    return lines.size() >= config.getInt(SinkConfig.FLUSH_SIZE)
        || (!lines.isEmpty() && clock.millis() >= deadline);
  }

  /**
   * Takes a record, unless it is here or in the store already.
   *
   * @throws ConnectException if it lies before what the log was asked for: the log is another one
   */
  void add(SinkRecord record) {
    long offset = record.originalKafkaOffset();
    if (offset < opened) {
      throw new ConnectException(
          String.format(
              "%s gave offset %d, but its objects reach to %d: the topic was deleted and made anew, or cut; move its"
                  + " objects away or set another topics.dir, then restart the task.",
              partition, offset, opened - 1));
    }
    if (offset < expected) {
      return;
    }
    if (offset > expected && expected == opened) {
      log.warn(
          "{} begins at offset {}, not at {}: the log no longer holds what is between (retention, compaction or"
              + " transactions).",
          partition,
          offset,
          expected);
    }
    if (lines.isEmpty()) {
      deadline = config.deadline(clock.millis());
    }
    Line line = new Line(offset, RecordLine.of(record));
    lines.add(line);
    bytes += line.text.length;
    expected = offset + 1;
  }

  /**
   * Writes what waits as one object. Where another task was faster, what it wrote is dropped here,
   * and the rest waits on.
   *
   * @throws RetriableException if the store does not answer; the records still wait then
   */
  void write() {
    long last = lines.getLast().offset;
    if (chain.append(stored, last, lines.size(), body())) {
      log.debug("{}: wrote offsets {} to {}", partition, stored, last);
      stored = last + 1;
      drop();
      return;
    }
    long end = chain.end();
    if (end < stored) {
      throw new ConnectException(
          String.format(
              "The objects of %s now end at offset %d, but this task had written up to %d: the last ones were deleted or"
                  + " torn meanwhile; restart the task, it goes on where they end.",
              partition, end - 1, stored - 1));
    }
    if (end == stored) {
      throw new RetriableException(
          String.format(
              "The object of %s at offset %d is taken but not listed: the store has not settled; it is tried again.",
              partition, stored));
    }
    log.warn(
        "{}: offsets {} to {} were written by another task or by a request whose answer was lost; going on after them.",
        partition,
        stored,
        end - 1);
    stored = end;
    expected = Math.max(expected, end);
    drop();
  }

  /** Forgets what is in the store. */
  private void drop() {
    while (!lines.isEmpty() && lines.getFirst().offset < stored) {
      bytes -= lines.removeFirst().text.length;
    }
    if (lines.isEmpty()) {
      deadline = Long.MAX_VALUE;
    }
  }

  private byte[] body() {
    ByteArrayOutputStream body =
        new ByteArrayOutputStream((int) Math.min(bytes, Integer.MAX_VALUE - 8));
    try (OutputStream out = config.gzip() ? new GZIPOutputStream(body) : body) {
      for (Line line : lines) {
        out.write(line.text);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Memory cannot be written", e);
    }
    return body.toByteArray();
  }

  private static final class Line {
    final long offset;
    final byte[] text;

    Line(long offset, byte[] text) {
      this.offset = offset;
      this.text = text;
    }
  }
}
