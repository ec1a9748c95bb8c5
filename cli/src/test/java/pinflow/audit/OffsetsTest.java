package pinflow.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class OffsetsTest {
  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(3);

  /** In runs forwards from anywhere, as the files of a table have them; some come again. */
  @Test
  void aSetIsWhatWasAddedToIt() {
    TreeSet<Long> expected = new TreeSet<>();
    Offsets offsets = random(expected);
    expect(offsets, expected);

    TreeSet<Long> others = new TreeSet<>();
    Offsets other = random(others);
    TreeSet<Long> both = new TreeSet<>(expected);
    both.addAll(others);
    expect(offsets.plus(other), both);
    both.removeAll(others);
    expect(offsets.minus(other), both);
    expect(offsets, expected);
    assertThat(offsets.minus(offsets).isEmpty()).isTrue();
  }

  private Offsets random(TreeSet<Long> expected) {
    Offsets offsets = new Offsets();
    for (int i = 0; i < 5_000; i++) {
      long from = random.nextLong(1L << 32, (1L << 32) + 300_000);
      for (long offset = from; offset < from + random.nextInt(1, 20); offset++) {
        assertThat(offsets.add(offset)).isEqualTo(expected.add(offset));
      }
    }
    return offsets;
  }

  private static void expect(Offsets offsets, TreeSet<Long> expected) {
    assertThat(offsets.size()).isEqualTo(expected.size());
    assertThat(offsets.isEmpty()).isFalse();
    assertThat(offsets.first()).isEqualTo(expected.first());
    assertThat(offsets.last()).isEqualTo(expected.last());
    for (long end : List.of(0L, 1L << 32, (1L << 32) + 65_536, (1L << 32) + 99_999, 1L << 40)) {
      assertThat(offsets.below(end)).isEqualTo(expected.headSet(end).size());
    }
  }
}
