package pinflow.lake.rules;

import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.regexp_extract;
import static org.apache.spark.sql.functions.regexp_replace;
import static org.apache.spark.sql.functions.rpad;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.sql.Column;

/** Exact numbers out of text; null for what is no number. */
final class Numbers {
  private static final String DIGITS = "^[0-9]+\\z";
  private static final String DECIMAL = "^-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?\\z";
  private static final String FOLLOWERS = "^([0-9]+(?:,[0-9]+)*)(?:\\.([0-9]+))?([kKmMbB]?)\\z";

  private Numbers() {}

  /** BIGINT from digits alone, below 2^63. */
  static Column whole(Column text) {
    return when(text.rlike(DIGITS), text.try_cast("BIGINT"));
  }

  /** DOUBLE from the text of a JSON number, nearest to it; infinite beyond a double's range. */
  static Column decimal(Column text) {
    return when(text.rlike(DECIMAL), text.try_cast("DOUBLE"));
  }

  /**
   * BIGINT from {@code digits[,digits]*[.digits][k|M|B]}.
   *
   * <p>The point is moved in the text, so nothing is rounded, however many digits there are.
   */
  static Column followers(Column text) {
    Column form = Texts.trimmed(text);
    Column whole = regexp_replace(regexp_extract(form, FOLLOWERS, 1), ",", "");
    Column fraction = regexp_replace(regexp_extract(form, FOLLOWERS, 2), "0+\\z", "");
    Column unit = lower(regexp_extract(form, FOLLOWERS, 3));
    Column zeros =
        when(unit.equalTo("k"), 3)
            .when(unit.equalTo("m"), 6)
            .when(unit.equalTo("b"), 9)
            .otherwise(0);
    return when(
        form.rlike(FOLLOWERS).and(length(fraction).leq(zeros)),
        concat(whole, rpad(fraction, zeros, lit("0"))).try_cast("BIGINT"));
  }
}
