package pinflow.lake.rules;

import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.regexp_replace;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.sql.Column;

/** Points in time out of text. */
final class Times {
  private static final String CLOCK = "([0-9]{2}:[0-9]{2}:[0-9]{2})\\z";
  private static final String DASHES = "^([0-9]{4}-[0-9]{2}-[0-9]{2}) " + CLOCK;
  private static final String COLONS = "^([0-9]{4}):([0-9]{2}):([0-9]{2}) " + CLOCK;
  private static final String SLASHES = "^([0-9]{2})/([0-9]{2})/([0-9]{4}), " + CLOCK;

  /** A TIMESTAMP holds microseconds: digits after the sixth must say nothing. */
  private static final String LOCAL =
      "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,6}0*)?";

  private static final String ISO = LOCAL + "(?:Z|[+-][0-9]{2}(?::[0-9]{2})?)?\\z";

  private Times() {}

  /**
   * TIMESTAMP from {@code 2020-08-28 03:52:47}, {@code 2020:08:28 03:52:47}, {@code 08/28/2020,
   * 03:52:47} or ISO-8601's {@code 2020-08-28T03:52:47[.fraction][Z|±hh[:mm]]}; UTC where no offset
   * is given. Null for anything else, dates that no calendar has and years outside 1–9999 included.
   */
  static Column utc(Column text) {
    Column slashes = regexp_replace(text, SLASHES, "$3-$1-$2T$4");
    Column colons = regexp_replace(slashes, COLONS, "$1-$2-$3T$4");
    Column iso = regexp_replace(colons, DASHES, "$1T$2");
    // With an offset in every text the session's time zone has no say.
    Column zoned = when(iso.rlike(LOCAL + "\\z"), concat(iso, lit("Z"))).otherwise(iso);
    Column time = when(iso.rlike(ISO), zoned.try_cast("TIMESTAMP"));
    return when(
        time.between(instant("0001-01-01T00:00:00Z"), instant("9999-12-31T23:59:59.999999Z")),
        time);
  }

  private static Column instant(String iso) {
    return lit(java.time.Instant.parse(iso));
  }
}
