package pinflow.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
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

/** What the gateway acknowledged to the emulator, by its journal (contracts/journal.md). */
final class Receipts {
  private static final ObjectReader LINES =
      new JsonMapper()
          .readerFor(Line.class)
          .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private final Map<TopicPartition, Offsets> offsets = new HashMap<>();

  private Receipts() {}

  /**
   * A line: the begin of a run, or a request.
   *
   * @param receipts of a record its ind, partition and offset: numbers, or of a stream the shard's
   *     id and the sequence number
   */
  private record Line(
      @Nullable String run,
      @Nullable String topic,
      @Nullable String key,
      @Nullable List<List<@Nullable Object>> receipts) {}

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
                .computeIfAbsent(receipt.partition, p -> new Offsets())
                .add(receipt.offset));
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
    int line = 0;
    String run = "";
    try (MappingIterator<Line> lines = LINES.readValues(journal.toFile())) {
      while (lines.hasNextValue()) {
        line = lines.getParser().currentTokenLocation().getLineNr();
        Line request = lines.nextValue();
        run = Objects.requireNonNullElse(request.run, run);
        String topic = Objects.requireNonNullElse(request.topic, "").intern(); // compared often
        String key = Objects.requireNonNullElse(request.key, "");
        for (List<@Nullable Object> place :
            Objects.requireNonNullElse(request.receipts, List.<List<@Nullable Object>>of())) {
          TopicPartition partition = new TopicPartition(topic, partition(at(place, 1)));
          consumer.accept(new Receipt(run, key, partition, offset(at(place, 2))));
        }
      }
    } catch (JsonProcessingException | NumberFormatException e) {
      // The last line of a run that is under way or was killed; anywhere else it hides receipts.
      if (!isTorn(e, line)) {
        throw new AuditException(
            "Line %d of the journal %s is not as it was written, so receipts are unknown. Restore the file, or move it away to audit without it."
                .formatted(line, journal),
            e);
      }
    } catch (IOException e) {
      throw new AuditException("The journal %s cannot be read: %s.".formatted(journal, e), e);
    }
  }

  /** Whether the file ends in this line. */
  private static boolean isTorn(Exception failure, int line) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof JsonEOFException end) {
        return end.getLocation().getLineNr() == line;
      }
    }
    return false;
  }

  private static @Nullable Object at(List<@Nullable Object> place, int index) {
    return index < place.size() ? place.get(index) : null;
  }

  /** A number, or the shard's id, which ends with it in 12 digits. */
  private static int partition(@Nullable Object place) {
    return place instanceof Number number
        ? number.intValue()
        : Integer.parseInt(end(String.valueOf(place), 12));
  }

  /** A number, or a sequence number, whose last 23 digits are one more (contracts/streams.md). */
  private static long offset(@Nullable Object place) {
    return place instanceof Number number
        ? number.longValue()
        : Long.parseLong(end(String.valueOf(place), 23)) - 1;
  }

  private static String end(String text, int characters) {
    return text.substring(Math.max(0, text.length() - characters));
  }

  /** The partitions that any receipt is of. */
  Set<TopicPartition> partitions() {
    return offsets.keySet();
  }

  /** The offsets of a partition that have a receipt. */
  Offsets of(TopicPartition partition) {
    return offsets.getOrDefault(partition, new Offsets());
  }
}
