package pinflow.bench;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The answers that an engine gave, in a form that can be compared: by name and column, each value a
 * text, numbers without trailing zeros.
 *
 * @param columns by answer, then by column, in the order of the rows
 */
record Answered(Map<String, Map<String, List<String>>> columns) {
  Answered() {
    this(new LinkedHashMap<>());
  }

  void add(
      String answer, List<String> names, List<? extends List<? extends @Nullable Object>> rows) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      List<String> column = new ArrayList<>();
      for (List<? extends @Nullable Object> row : rows) {
        column.add(text(row.get(i)));
      }
      values.put(names.get(i), column);
    }
    columns.put(answer, values);
  }

  private static String text(@Nullable Object value) {
    return value instanceof Number number
        ? new BigDecimal(number.toString()).stripTrailingZeros().toPlainString()
        : String.valueOf(value);
  }

  int rows() {
    return columns.values().stream()
        .mapToInt(answer -> answer.values().iterator().next().size())
        .sum();
  }

  /**
   * Holds every column of another engine against this one's.
   *
   * @throws IllegalStateException naming the answer and the column that differ
   */
  void expect(String engine, Answered other) {
    if (!columns.keySet().equals(other.columns.keySet())) {
      throw new IllegalStateException(
          "%s answered %s and not %s".formatted(engine, other.columns.keySet(), columns.keySet()));
    }
    other.columns.forEach(
        (answer, given) ->
            given.forEach(
                (column, values) -> {
                  Map<String, List<String>> expected = Objects.requireNonNull(columns.get(answer));
                  if (!values.equals(expected.get(column))) {
                    throw new IllegalStateException(
                        "%s differs in %s.%s: %s, not %s"
                            .formatted(engine, answer, column, values, expected.get(column)));
                  }
                }));
  }
}
