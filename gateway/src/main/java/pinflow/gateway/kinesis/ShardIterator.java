package pinflow.gateway.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;

/**
 * The place of a reader in a shard, as the text that it hands from answer to request.
 *
 * @param issued epoch milliseconds
 * @param created of the stream, epoch milliseconds
 * @param offset of the next record
 */
record ShardIterator(long issued, long created, int shard, long offset, String stream) {
  private static final Duration VALID = Duration.ofMinutes(5);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("EEE MMM dd HH:mm:ss 'UTC' yyyy", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  String text() {
    return Base64.getEncoder()
        .encodeToString(
            "1/%d/%d/%d/%d/%s".formatted(issued, created, shard, offset, stream).getBytes(UTF_8));
  }

  /**
   * @throws KinesisException InvalidArgument for a text that is none, ExpiredIterator after 5
   *     minutes
   */
  static ShardIterator parse(String text, long now) {
    ShardIterator iterator = read(text);
    if (now - iterator.issued > VALID.toMillis()) {
      throw KinesisError.EXPIRED_ITERATOR.because(
          "Iterator expired. The iterator was created at time %s while right now it is %s which is further in the future than the tolerated delay of %d milliseconds."
              .formatted(
                  TIME.format(Instant.ofEpochMilli(iterator.issued)),
                  TIME.format(Instant.ofEpochMilli(now)),
                  VALID.toMillis()));
    }
    return iterator;
  }

  private static ShardIterator read(String text) {
    try {
      String[] parts = new String(Base64.getDecoder().decode(text), UTF_8).split("/", -1);
      if (parts.length == 6 && parts[0].equals("1")) {
        return new ShardIterator(
            Long.parseLong(parts[1]),
            Long.parseLong(parts[2]),
            Integer.parseInt(parts[3]),
            Long.parseLong(parts[4]),
            parts[5]);
      }
    } catch (IllegalArgumentException e) {
      throw KinesisError.INVALID_ARGUMENT.because("Invalid ShardIterator.");
    }
    throw KinesisError.INVALID_ARGUMENT.because("Invalid ShardIterator.");
  }

  ShardIterator at(long nextOffset, long now) {
    return new ShardIterator(now, created, shard, nextOffset, stream);
  }
}
