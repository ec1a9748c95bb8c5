package pinflow.lake.batch;

import java.time.Instant;
import java.util.Comparator;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;

/**
 * A record of the log.
 *
 * @param id of which the topics are {@code <id>.<table>}
 * @param timestamp in milliseconds since 1970
 * @param ind the post; null if the record is to be quarantined
 * @param text one column's, by which contents differ
 */
public record Event(
    String id,
    String table,
    int partition,
    long offset,
    long timestamp,
    @Nullable Long ind,
    String text) {
  /** Late in the log's sense; the topic is the table's. */
  static final Comparator<Event> LOG =
      Comparator.comparingLong(Event::timestamp)
          .thenComparingInt(Event::partition)
          .thenComparingLong(Event::offset);

  public String topic() {
    return id + "." + table;
  }

  public Instant time() {
    return Instant.ofEpochMilli(timestamp);
  }

  /** The value as it was sent. */
  public String raw() {
    return switch (table) {
      case "pin" ->
          "{\"index\":%d,\"unique_id\":\"u\",\"category\":\"art\",\"title\":\"%s\"}"
              .formatted(ind, text);
      case "geo" ->
          "{\"ind\":%d,\"timestamp\":\"2020-08-28 03:52:47\",\"latitude\":1,\"longitude\":2,\"country\":\"%s\"}"
              .formatted(ind, text);
      case "user" ->
          "{\"ind\":%d,\"first_name\":\"%s\",\"date_joined\":\"2015-08-28 03:52:47\"}"
              .formatted(ind, text);
      default -> throw new IllegalStateException(table);
    };
  }

  /** As {@link ObjectReader} gives it. */
  Row row() {
    return RowFactory.create(raw(), topic(), partition, offset, time());
  }
}
