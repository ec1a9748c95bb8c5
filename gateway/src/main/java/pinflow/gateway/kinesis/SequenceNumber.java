package pinflow.gateway.kinesis;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in a shard as a number that only grows, also from a shard to its children: 56 digits, as
 * AWS's, of 49, the stream's creation in epoch milliseconds (13), the shard's generation (8) and
 * number (10), and the position (23). The record at offset n has position n + 1; position 0 is the
 * shard's begin.
 *
 * @param created tells streams of one name apart: a number of a deleted one is not taken
 */
record SequenceNumber(long created, int generation, int shard, long position) {
  private static final Pattern FORM = Pattern.compile("49(\\d{13})(\\d{8})(\\d{10})(\\d{23})");

  /** Empty for a number that is none of ours. */
  static Optional<SequenceNumber> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new SequenceNumber(
              Long.parseLong(matcher.group(1)),
              Integer.parseInt(matcher.group(2)),
              Integer.parseInt(matcher.group(3)),
              Long.parseLong(matcher.group(4))));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return "49%013d%08d%010d%023d".formatted(created, generation, shard, position);
  }
}
