package pinflow.source.emulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OriginalOrderTest {

  /** The rows are those of published notebooks; the pauses were drawn with CPython 3. */
  @Test
  void drawsAsCPythonDoes() {
    OriginalOrder order = new OriginalOrder();

    assertThat(Stream.generate(order::next).limit(12))
        .containsExactly(
            new OriginalOrder.Draw(0, 7528),
            new OriginalOrder.Draw(1, 2863),
            new OriginalOrder.Draw(1, 5730),
            new OriginalOrder.Draw(1, 8304),
            new OriginalOrder.Draw(0, 8731),
            new OriginalOrder.Draw(0, 1313),
            new OriginalOrder.Draw(1, 4315),
            new OriginalOrder.Draw(0, 10794),
            new OriginalOrder.Draw(0, 5494),
            new OriginalOrder.Draw(0, 5069),
            new OriginalOrder.Draw(0, 2923),
            new OriginalOrder.Draw(0, 3089));
  }
}
