package pinflow.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class NumbersTest {
  /** Runs forwards and single numbers, some of them again, some negative. */
  @Test
  void eachIsThereOnceAndIsKnownWhenItComesAgain() {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(3);
    Numbers numbers = new Numbers();
    Set<Long> expected = new HashSet<>();
    for (int i = 0; i < 5_000; i++) {
      long from = random.nextInt(4) == 0 ? random.nextLong(-5, 5) : random.nextLong(100_000);
      for (long number = from; number < from + random.nextInt(1, 20); number++) {
        assertThat(numbers.add(number)).isEqualTo(expected.add(number));
      }
      if (random.nextInt(1_000) == 0) {
        assertThat(numbers.set().getLongCardinality()).isEqualTo(expected.size());
      }
    }
    assertThat(numbers.set().toArray())
        .containsExactlyInAnyOrder(expected.stream().mapToLong(n -> n).toArray());
  }
}
