package pinflow.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** What the gateway acknowledged to the emulator, by its journal (contracts/journal.md). */
final class Receipts {
  private static final JsonMapper JSON = new JsonMapper();

  private final Map<TopicPartition, Roaring64Bitmap> offsets = new HashMap<>();

  private Receipts() {}

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
    int number = 0;
    String run = "";
    try (BufferedReader lines = Files.newBufferedReader(journal)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        JsonNode request = JSON.readTree(line);
        run = request.path("run").asText(run);
        String topic = request.path("topic").asText();
        String key = request.path("key").asText();
        for (JsonNode receipt : request.path("receipts")) {
          TopicPartition partition = new TopicPartition(topic, partition(receipt.path(1)));
          consumer.accept(new Receipt(run, key, partition, offset(receipt.path(2))));
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
  private static int partition(JsonNode place) {
    String text = place.asText();
    return place.isTextual()
        ? Integer.parseInt(text.substring(Math.max(0, text.length() - 12)))
        : place.asInt();
  }

  /** A number, or a sequence number, whose last 23 digits are one more (contracts/streams.md). */
  private static long offset(JsonNode place) {
    String text = place.asText();
    return place.isTextual()
        ? Long.parseLong(text.substring(Math.max(0, text.length() - 23))) - 1
        : place.asLong();
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
