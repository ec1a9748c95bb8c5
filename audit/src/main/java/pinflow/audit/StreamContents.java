package pinflow.audit;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import pinflow.audit.Fault.Kind;

/** Holds the quarantine's texts against what was put into the shards of a stream. */
final class StreamContents {
  private final String bootstrap;
  private final RowsOfEvents rows;
  private final Consumer<Fault> faults;

  StreamContents(String bootstrap, RowsOfEvents rows, Consumer<Fault> faults) {
    this.bootstrap = bootstrap;
    this.rows = rows;
    this.faults = faults;
  }

  /**
   * Reads a shard.
   *
   * @param shard as events name it
   * @param from the first offset, {@code end} the one after the last
   * @return how many records were read
   */
  long check(TopicPartition shard, long from, long end) {
    long read = 0;
    TopicPartition partition =
        new TopicPartition(LiveAudit.TOPIC + shard.topic(), shard.partition());
    try (LogReader records = new LogReader(bootstrap, partition, from, end)) {
      for (var next = records.next(); next != null; next = records.next()) {
        read++;
        if (rows.isQuarantined(shard, next.offset())
            && !rows.isRaw(shard, next.offset(), raw(next))) {
          faults.accept(
              new Fault(
                  Kind.ROW_CHANGED,
                  "quarantine",
                  "the text of record %s/%d is not what was sent"
                      .formatted(EventLedger.place(shard), next.offset())));
        }
      }
    }
    return read;
  }

  /** As contracts/tables.md has it. */
  private static String raw(ConsumerRecord<byte[], byte[]> sent) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(sent.value())).toString();
    } catch (CharacterCodingException e) {
      return "base64:" + Base64.getEncoder().encodeToString(sent.value());
    }
  }
}
