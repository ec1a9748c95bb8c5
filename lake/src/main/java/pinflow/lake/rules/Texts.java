package pinflow.lake.rules;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.trim;
import static org.apache.spark.sql.functions.when;

import java.util.stream.Stream;
import org.apache.spark.sql.Column;

/** Expressions over text, in which every white space of Unicode counts as blank. */
final class Texts {
  /** Unicode's White_Space, the no-break spaces included, which Spark's own trim leaves. */
  private static final String WHITE_SPACE =
      "\t\n\u000b\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
          + "\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

  private Texts() {}

  static Column trimmed(Column text) {
    return trim(text, WHITE_SPACE);
  }

  /** True when null, empty or only white space. */
  static Column blank(Column text) {
    return coalesce(trimmed(text).equalTo(""), lit(true));
  }

  /** The text as it is; null when it is blank or, but for white space around, a placeholder. */
  static Column unless(Column text, String... placeholders) {
    Object[] nothing = Stream.concat(Stream.of(""), Stream.of(placeholders)).toArray();
    return when(trimmed(text).isin(nothing), null).otherwise(text);
  }
}
