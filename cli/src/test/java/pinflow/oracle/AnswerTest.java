package pinflow.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AnswerTest {

  @Test
  void differencesAreNamedPrecisely() {
    Answer expected =
        new Answer(
            "a", List.of("k", "n", "d"), List.of(row("x", 1L, 0.5), row("y", 2L, null)), 3, 2, 1);

    assertThat(
            Answer.differences(
                expected,
                List.of("k", "n", "d"),
                List.of(row("x", 1, 0.5), row("y", 2.0, null)),
                3,
                2,
                1))
        .isEmpty();
    assertThat(
            Answer.differences(
                expected,
                List.of("k", "n", "d"),
                List.of(row("x", 1, Math.nextUp(0.5)), row("y", 2, null)),
                3,
                2,
                0))
        .containsExactly(
            "a: row 1 [\"x\", 1, 0.5]: d expected 0.5, was 0.50000000000000011102230246251565404236316680908203125",
            "a: left_out: expected 1, was 0");
    assertThat(
            Answer.differences(
                expected,
                List.of("k", "n", "d"),
                List.of(row("y", 2, null), row("x", 1, 0.5)),
                3,
                2,
                1))
        .containsExactly("a: order: row 1 should be [\"x\", 1, 0.5], was [\"y\", 2, null]");
    assertThat(
            Answer.differences(
                expected,
                List.of("k", "n", "d"),
                List.of(row("x", 1, 0.5), row("x", 1, 0.5), row("z", "2", null)),
                3,
                2,
                1))
        .containsExactly(
            "a: rows: expected 2, was 3",
            "a: row 2 is missing: [\"y\", 2, null]",
            "a: row 1 is not expected: [\"x\", 1, 0.5]",
            "a: row 3 is not expected: [\"z\", \"2\", null]");
    assertThat(Answer.differences(expected, List.of("k", "d"), List.of(), 3, 2, 1))
        .containsExactly("a: columns: expected [k, n, d], was [k, d]");
  }

  private static List<@Nullable Object> row(@Nullable Object... values) {
    return Arrays.asList(values);
  }
}
