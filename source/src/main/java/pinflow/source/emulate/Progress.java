package pinflow.source.emulate;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How far a run is.
 *
 * @param posts posts gone through, those of earlier calls of the same run included
 * @param of posts there are; empty when it goes on for ever
 * @param sent posts of this call
 * @param posted records acknowledged in this call
 * @param failed records given up in this call
 * @param elapsed since this call began
 * @param trouble what the gateway last refused with, while requests are being retried
 */
public record Progress(
    long posts,
    OptionalLong of,
    long sent,
    long posted,
    long failed,
    Duration elapsed,
    Optional<String> trouble) {

  /** Posts a second. */
  public double rate() {
    return sent / Math.max(elapsed.toNanos() / 1e9, 1e-3);
  }

  /** Empty when it goes on for ever or nothing is sent yet. */
  public Optional<Duration> timeLeft() {
    return of.isEmpty() || sent == 0
        ? Optional.empty()
        : Optional.of(
            Duration.ofMillis((long) (1e3 * Math.max(0, of.getAsLong() - posts) / rate())));
  }
}
