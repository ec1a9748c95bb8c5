package pinflow.oracle;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One answer of facts/queries.md.
 *
 * @param rows in the stated order; Long, Integer, Double, String or null
 * @param used rows that count in the answer
 * @param unmatched rows of either side of the join without a partner
 * @param leftOut joined rows that do not count
 */
public record Answer(
    String name,
    List<String> columns,
    List<List<@Nullable Object>> rows,
    long used,
    long unmatched,
    long leftOut) {

  /**
   * What differs between an expected answer and another engine's, a line each; empty when nothing
   * does. Numbers are compared by their exact value, whatever their type; nothing is rounded.
   */
  public static List<String> differences(
      Answer expected,
      List<String> columns,
      List<? extends List<? extends @Nullable Object>> rows,
      long used,
      long unmatched,
      long leftOut) {
    List<String> found = new ArrayList<>();
    if (expected.columns.equals(columns)) {
      compareRows(expected, rows, found);
    } else {
      found.add("columns: expected " + expected.columns + ", was " + columns);
    }
    compareCount("used", expected.used, used, found);
    compareCount("unmatched", expected.unmatched, unmatched, found);
    compareCount("left_out", expected.leftOut, leftOut, found);
    found.replaceAll(difference -> expected.name + ": " + difference);
    return found;
  }

  private static void compareCount(String what, long expected, long actual, List<String> found) {
    if (expected != actual) {
      found.add("%s: expected %d, was %d".formatted(what, expected, actual));
    }
  }

  private static void compareRows(
      Answer expected, List<? extends List<? extends @Nullable Object>> rows, List<String> found) {
    List<List<@Nullable Object>> wanted = expected.rows.stream().map(Answer::byValue).toList();
    List<List<@Nullable Object>> given = rows.stream().map(Answer::byValue).toList();
    List<List<@Nullable Object>> missing = without(wanted, given);
    List<List<@Nullable Object>> surplus = without(given, wanted);
    if (wanted.size() != given.size()) {
      found.add("rows: expected %d, was %d".formatted(wanted.size(), given.size()));
    }
    for (List<@Nullable Object> row : missing) {
      int place = wanted.indexOf(row);
      boolean paired =
          place < given.size()
              && surplus.contains(given.get(place))
              && keyed(row, given.get(place));
      if (paired) {
        surplus.remove(given.get(place));
        found.add(cells(expected.columns, place, row, given.get(place)));
      } else {
        found.add("row %d is missing: %s".formatted(place + 1, shown(row)));
      }
    }
    surplus.forEach(
        row ->
            found.add("row %d is not expected: %s".formatted(given.indexOf(row) + 1, shown(row))));
    if (found.isEmpty()) {
      for (int i = 0; i < wanted.size(); i++) {
        if (!wanted.get(i).equals(given.get(i))) {
          found.add(
              "order: row %d should be %s, was %s"
                  .formatted(i + 1, shown(wanted.get(i)), shown(given.get(i))));
          return;
        }
      }
    }
  }

  private static boolean keyed(List<@Nullable Object> one, List<@Nullable Object> other) {
    return one.size() == other.size() && !one.isEmpty() && Objects.equals(one.get(0), other.get(0));
  }

  private static String cells(
      List<String> columns,
      int place,
      List<@Nullable Object> wanted,
      List<@Nullable Object> given) {
    List<String> cells = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      if (!Objects.equals(wanted.get(i), given.get(i))) {
        cells.add(
            "%s expected %s, was %s"
                .formatted(columns.get(i), shown(wanted.get(i)), shown(given.get(i))));
      }
    }
    return "row %d %s: %s".formatted(place + 1, shown(wanted), String.join("; ", cells));
  }

  private static List<List<@Nullable Object>> without(
      List<List<@Nullable Object>> rows, List<List<@Nullable Object>> others) {
    List<List<@Nullable Object>> left = new ArrayList<>(rows);
    others.forEach(left::remove);
    return left;
  }

  private static List<@Nullable Object> byValue(List<? extends @Nullable Object> row) {
    List<@Nullable Object> values = new ArrayList<>(row.size());
    for (Object value : row) {
      values.add(byValue(value));
    }
    return values;
  }

  private static @Nullable Object byValue(@Nullable Object value) {
    if (value instanceof Double number && !Double.isFinite(number)) {
      return value;
    }
    if (value instanceof Double number) {
      return canonical(new BigDecimal(number)); // every bit counts, hence not BigDecimal.valueOf
    }
    return value instanceof Number number ? canonical(new BigDecimal(number.toString())) : value;
  }

  private static BigDecimal canonical(BigDecimal number) {
    return number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
  }

  private static String shown(@Nullable Object value) {
    if (value instanceof List<?> values) {
      return values.stream().map(Answer::shown).toList().toString();
    }
    if (value instanceof BigDecimal number) {
      return number.toPlainString();
    }
    return value instanceof String text ? '"' + text + '"' : String.valueOf(value);
  }
}
