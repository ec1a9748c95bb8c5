package pinflow.cli.doctor;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * This machine's clock beside that of a server elsewhere.
 *
 * @param server null if every part is on this machine
 */
public record ClockBeside(InstantSource clock, @Nullable Server server) implements Check {
  /** From here on S3 answers RequestTimeTooSkewed. */
  private static final Duration REFUSED = Duration.ofMinutes(15);

  private static final Duration NOTICED = Duration.ofMinutes(1);

  /** A server with a clock. */
  public record Server(String what, Time time) {}

  /** A server's time, to the second. */
  public interface Time {
    Instant ask() throws IOException;
  }

  @Override
  public String name() {
    return "clock";
  }

  @Override
  public List<Finding> find() throws IOException {
    if (server == null) {
      throw new NotLooked("every part is on this machine, so there is no other clock to ask");
    }
    Instant before = clock.instant();
    Instant there = server.time().ask();
    Instant here = before.plus(Duration.between(before, clock.instant()).dividedBy(2));
    Duration apart = Duration.between(there, here);
    return apart.abs().compareTo(NOTICED) > 0 ? List.of(finding(server.what(), apart)) : List.of();
  }

  private Finding finding(String other, Duration apart) {
    String what =
        "This machine's clock is %d s %s that of %s."
            .formatted(apart.abs().toSeconds(), apart.isNegative() ? "behind" : "ahead of", other);
    String fix = "Let both follow a time server (timedatectl set-ntp true).";
    return apart.abs().compareTo(REFUSED) >= 0
        ? Finding.error(
            name(),
            what,
            "S3 and Kinesis refuse a signature that is 15 minutes off (RequestTimeTooSkewed), and times of events are wrong.",
            fix)
        : Finding.warning(
            name(),
            what,
            "Delays are shown wrong, and at 15 minutes S3 and Kinesis refuse every request.",
            fix);
  }
}
