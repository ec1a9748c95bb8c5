package pinflow.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import pinflow.gateway.log.IdempotencyKey.Part;
import pinflow.gateway.log.Outcome.Failed;
import pinflow.gateway.log.Outcome.Reason;
import pinflow.gateway.log.Outcome.Written;
import pinflow.gateway.log.Receipts.Step;

class ReceiptsTest {
  private static final Uuid TOPIC = new Uuid(1, 1);

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final Receipts receipts = new Receipts(now::get, Duration.ofHours(1), 3);

  @Test
  void theNewestKeysAreRemembered() {
    for (int i = 0; i < 5; i++) {
      write("k" + i, 1);
    }
    assertThat(claim("k1", 1)).isInstanceOf(Step.Write.class);
    assertThat(claim("k4", 1)).isInstanceOf(Step.Wait.class);
  }

  @Test
  void theirRecordsAreBoundedToo() {
    write("large", 30);
    write("small", 1);
    assertThat(claim("large", 30)).isInstanceOf(Step.Write.class);
  }

  @Test
  void aKeyIsForgottenAfterTheWindow() {
    write("k", 1);
    now.updateAndGet(t -> t.plus(Duration.ofMinutes(59)));
    assertThat(claim("k", 1)).isInstanceOf(Step.Wait.class);
    now.updateAndGet(t -> t.plus(Duration.ofMinutes(2)));
    assertThat(claim("k", 1)).isInstanceOf(Step.Write.class);
  }

  @Test
  void whatIsOnItsWayIsNeverForgotten() {
    Step.Write first = (Step.Write) claim("open", 1);
    for (int i = 0; i < 5; i++) {
      write("k" + i, 1);
    }
    assertThat(claim("open", 1)).isEqualTo(new Step.Wait(first.append()));
  }

  @Test
  void notEvenWhatIsLargerThanTheWholeWindow() {
    Step.Write first = (Step.Write) claim("huge", 1_000);
    assertThat(claim("huge", 1_000)).isEqualTo(new Step.Wait(first.append()));
  }

  @Test
  void anAttemptOfUnknownOutcomeReadsTheLogFirst() {
    Step.Write first = (Step.Write) claim("k", 2);
    first.append().settle(0, new Failed(Reason.RETRIABLE, "?"));
    first.append().settle(1, new Written(0, 7));
    now.updateAndGet(t -> t.plusSeconds(30));

    Step.Write second = (Step.Write) claim("k", 2);
    assertThat(second.readFirst()).isTrue();
    assertThat(second.timestamp()).isEqualTo(first.timestamp());
    assertThat(second.append().outcome(1)).isEqualTo(new Written(0, 7));

    receipts.learn(new Part(key("k"), 0, 2), TOPIC, 0, 6, first.timestamp());
    assertThat(second.append().done()).isCompleted();
    assertThat(((Step.Wait) claim("k", 2)).append().outcome(0)).isEqualTo(new Written(0, 6));
  }

  @Test
  void anAttemptThatCertainlyWroteNothingFreesItsKey() {
    ((Step.Write) claim("k", 1)).append().settle(0, new Failed(Reason.TOO_LARGE, "!"));
    assertThat(receipts.claim(TOPIC, IdempotencyKey.of("k", new byte[] {1}), 1))
        .isInstanceOf(Step.Write.class);
  }

  private void write(String key, int records) {
    Step.Write write = (Step.Write) claim(key, records);
    for (int i = 0; i < records; i++) {
      write.append().settle(i, new Written(0, i));
    }
    now.updateAndGet(t -> t.plusMillis(1));
  }

  private Step claim(String key, int records) {
    return receipts.claim(TOPIC, key(key), records);
  }

  private static IdempotencyKey key(String key) {
    return IdempotencyKey.of(key, "body".getBytes(StandardCharsets.UTF_8));
  }
}
