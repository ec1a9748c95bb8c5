package pinflow.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class OffsetsTest {
  /** Runs forwards and single numbers, some of them again. */
  @Test
  void eachIsThereOnceAndIsKnownWhenItComesAgain() {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(3);
    Offsets offsets = new Offsets();
    Set<Long> expected = new HashSet<>();
    for (int i = 0; i < 5_000; i++) {
      long from = random.nextInt(4) == 0 ? random.nextLong(5) : random.nextLong(200_000);
      for (long offset = from; offset < from + random.nextInt(1, 20); offset++) {
        assertThat(offsets.add(offset)).isEqualTo(expected.add(offset));
      }
      if (random.nextInt(1_000) == 0) {
        assertThat(offsets.set().getLongCardinality()).isEqualTo(expected.size());
      }
    }
    assertThat(offsets.set().toArray())
        .containsExactlyInAnyOrder(expected.stream().mapToLong(n -> n).toArray());
  }
}
