package pinflow.cli.doctor;

import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;

/** Whether the clock was ever set. */
public record ClockYear(InstantSource clock) implements Check {
  private static final int FIRST = 2025;
  private static final int LAST = 2075;

  @Override
  public String name() {
    return "clock-year";
  }

  @Override
  public List<Finding> find() {
    int year = clock.instant().atZone(ZoneOffset.UTC).getYear();
    if (year >= FIRST && year <= LAST) {
      return List.of();
    }
    return List.of(
        Finding.error(
            name(),
            "This machine's clock says it is the year %d.".formatted(year),
            "Kafka deletes records by their time, certificates are not valid then, S3 refuses the signature, and schedules run on wrong days.",
            "Set the clock, and let it follow a time server (timedatectl set-ntp true)."));
  }
}
