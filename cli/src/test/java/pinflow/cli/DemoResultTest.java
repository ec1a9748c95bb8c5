package pinflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pinflow.audit.AuditReport;
import pinflow.audit.Hops;
import pinflow.audit.Hops.Outcome;

/** The verdict of a demo: each way to lose or double an event makes it a bad one. */
final class DemoResultTest {
  private static final Map<Outcome, Long> TEN =
      Map.of(
          Outcome.CLEAN,
          6L,
          Outcome.QUARANTINED,
          1L,
          Outcome.DUPLICATE,
          2L,
          Outcome.SUPERSEDED,
          1L);

  @Test
  void addsUpWhenEveryHopHoldsWhatWasPosted() {
    assertThat(result(10, 0, new Hops(10, 10, TEN)).json())
        .containsEntry("adds_up", true)
        .containsEntry("faults", List.of());
  }

  @Test
  void namesTheHopThatDiffers() {
    assertThat(faults(result(10, 0, new Hops(9, 9, TEN))))
        .contains("i.pin: 10 posted, 9 in the log");
    assertThat(faults(result(10, 0, new Hops(11, 11, TEN)))).contains("10 posted, 11 in the log");
    assertThat(faults(result(10, 0, new Hops(10, 9, TEN)))).contains("i.pin: the hops differ");
    assertThat(faults(result(10, 0, new Hops(10, 10, Map.of(Outcome.CLEAN, 9L)))))
        .contains("i.pin: the hops differ");
    assertThat(faults(result(10, 0, new Hops(10, 10, Map.of(Outcome.CLEAN, 11L)))))
        .contains("i.pin: the hops differ");
    assertThat(faults(result(10, 1, new Hops(10, 10, TEN))))
        .contains("1 records of pin were not posted");
  }

  private static String faults(DemoResult result) {
    assertThat(result.addsUp()).isFalse();
    return String.valueOf(result.json().get("faults"));
  }

  private static DemoResult result(long posted, long failed, Hops hops) {
    AuditReport.Partition partition =
        new AuditReport.Partition(
            "i.pin",
            0,
            0,
            hops.log(),
            posted,
            hops.log(),
            hops.objects(),
            hops.log(),
            hops.outcomes());
    return new DemoResult(
        "i",
        posted,
        Map.of("pin", posted),
        Map.of("pin", failed),
        List.of(),
        new AuditReport(List.of(partition), 0, false, 0, null, List.of()),
        null,
        Map.of());
  }
}
