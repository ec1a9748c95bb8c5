package pinflow.audit;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import pinflow.audit.Fault.Kind;

/**
 * The texts that were written by hand in the place of what was sent (the table {@code mended}), by
 * event: of each the last one's fingerprint.
 */
final class MendedTexts {
  private static final String TABLE = "mended";

  private final Map<TopicPartition, Map<Long, Long>> fingerprints = new HashMap<>();

  private MendedTexts() {}

  /** A mended text's place: in a batch, of an event. */
  private record Place(long batch, TopicPartition partition, long offset) {
    private static Place of(@Nullable Object[] row) {
      return new Place(
          EventLedger.number(row[0]),
          EventLedger.partition(row[1], row[2]),
          EventLedger.number(row[3]));
    }

    @Override
    public String toString() {
      return "%s/%d in batch %d".formatted(EventLedger.place(partition), offset, batch);
    }
  }

  /** Whether the table holds each text of a batch that is done once, and no others. */
  static void check(
      LakeTable batches, Optional<LakeTable> mended, long done, Consumer<Fault> faults) {
    Set<Place> planned = new HashSet<>();
    if (batches.columns().contains("mended")) {
      batches.forEach(
          List.of("batch", "topic", "partition", "first_offset", "mended"),
          row -> {
            Place place = Place.of(row);
            if (row[4] != null && place.batch <= done) {
              planned.add(place);
            }
          });
    }
    Set<Place> found = new HashSet<>();
    mended.ifPresent(
        table ->
            table.forEach(
                List.of("batch", "topic", "partition", "offset"),
                row -> {
                  Place place = Place.of(row);
                  if (!found.add(place)) {
                    faults.accept(
                        new Fault(Kind.ROW_DOUBLE, TABLE, "two rows are of event " + place));
                  } else if (place.batch <= done && !planned.remove(place)) {
                    faults.accept(
                        new Fault(
                            Kind.ROW_UNKNOWN,
                            TABLE,
                            "no replay planned the text of event " + place));
                  }
                }));
    planned.forEach(
        place ->
            faults.accept(
                new Fault(Kind.ROW_MISSING, TABLE, "the text is not there of event " + place)));
  }

  /** Reads all texts and compares each with its hash. */
  static MendedTexts read(Optional<LakeTable> mended, Consumer<Fault> faults) {
    MendedTexts texts = new MendedTexts();
    Map<TopicPartition, Map<Long, Long>> batches = new HashMap<>();
    mended.ifPresent(
        table ->
            table.forEach(
                List.of("batch", "topic", "partition", "offset", "text", "sha256"),
                row ->
                    texts.add(Place.of(row), (String) row[4], (String) row[5], batches, faults)));
    return texts;
  }

  private void add(
      Place place,
      @Nullable String text,
      @Nullable String sha256,
      Map<TopicPartition, Map<Long, Long>> batches,
      Consumer<Fault> faults) {
    if (text == null || !Sha256.hexOf(text).equals(sha256)) {
      faults.accept(
          new Fault(
              Kind.ROW_CHANGED,
              TABLE,
              "the text has not the SHA-256 beside it, of event " + place));
    }
    long last =
        batches
            .computeIfAbsent(place.partition, p -> new HashMap<>())
            .merge(place.offset, place.batch, Math::max);
    if (last == place.batch) {
      fingerprints
          .computeIfAbsent(place.partition, p -> new HashMap<>())
          .put(place.offset, RowsOfEvents.fingerprint(text));
    }
  }

  /** The fingerprint of an event's last mended text; null if none was mended. */
  @Nullable Long fingerprint(TopicPartition partition, long offset) {
    return fingerprints.getOrDefault(partition, Map.of()).get(offset);
  }
}
