package pinflow.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** What the gateway acknowledged to the emulator, by its journal (contracts/journal.md). */
final class Receipts {
  private static final ObjectReader LINES =
      new JsonMapper()
          .readerFor(Line.class)
          .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private final Map<TopicPartition, Roaring64Bitmap> offsets = new HashMap<>();

  private Receipts() {}

  /**
   * A line: the begin of a run, or a request.
   *
   * @param receipts of each record its ind, its partition and its offset
   */
  private record Line(
      @Nullable String run,
      @Nullable String topic,
      @Nullable String key,
      @Nullable List<Object[]> receipts) {}

  /**
   * A receipt.
   *
   * @param run of the emulator, {@code key} of its request
   */
  record Receipt(String run, String key, TopicPartition partition, long offset) {}

  /**
   * Reads a journal.
   *
   * @param journal null or a file that is not there for no receipts
   */
  static Receipts read(@Nullable Path journal) {
    Receipts receipts = new Receipts();
    forEach(
        journal,
        receipt ->
            receipts
                .offsets
                .computeIfAbsent(receipt.partition, p -> new Roaring64Bitmap())
                .addLong(receipt.offset));
    return receipts;
  }

  /**
   * Passes every receipt to a consumer, in the journal's order.
   *
   * @param journal null or a file that is not there for no receipts
   */
  static void forEach(@Nullable Path journal, Consumer<Receipt> consumer) {
    if (journal == null || !Files.exists(journal)) {
      return;
    }
    int number = 1;
    String run = "";
    try (MappingIterator<Line> lines = LINES.readValues(journal.toFile())) {
      for (; lines.hasNextValue(); number++) {
        Line request = lines.nextValue();
        run = Objects.requireNonNullElse(request.run, run);
        String topic = Objects.requireNonNullElse(request.topic, "").intern(); // compared often
        String key = Objects.requireNonNullElse(request.key, "");
        for (Object[] receipt : Objects.requireNonNullElse(request.receipts, List.<Object[]>of())) {
          TopicPartition partition = new TopicPartition(topic, partition(receipt[1]));
          consumer.accept(new Receipt(run, key, partition, offset(receipt[2])));
        }
      }
    } catch (JsonProcessingException e) {
      // The last line of a run that is under way or was killed; anywhere else it hides receipts.
      if (!isLast(journal, number)) {
        throw new AuditException(
            "Line %d of the journal %s is not as it was written, so receipts are unknown. Restore the file, or move it away to audit without it."
                .formatted(number, journal),
            e);
      }
    } catch (IOException e) {
      throw new AuditException("The journal %s cannot be read: %s.".formatted(journal, e), e);
    }
  }

  /** A number, or the shard's id, which ends with it in 12 digits. */
  private static int partition(Object place) {
    return place instanceof String shard
        ? Integer.parseInt(shard.substring(Math.max(0, shard.length() - 12)))
        : ((Number) place).intValue();
  }

  /** A number, or a sequence number, whose last 23 digits are one more (contracts/streams.md). */
  private static long offset(Object place) {
    return place instanceof String number
        ? Long.parseLong(number.substring(Math.max(0, number.length() - 23))) - 1
        : ((Number) place).longValue();
  }

  /** The partitions that any receipt is of. */
  Set<TopicPartition> partitions() {
    return offsets.keySet();
  }

  /** The offsets of a partition that have a receipt. */
  Roaring64Bitmap of(TopicPartition partition) {
    return offsets.getOrDefault(partition, new Roaring64Bitmap());
  }

  private static boolean isLast(Path journal, int number) {
    try (var lines = Files.lines(journal)) {
      return lines.count() == number;
    } catch (IOException e) {
      throw new AuditException("The journal %s cannot be read: %s.".formatted(journal, e), e);
    }
  }
}
