package pinflow.cli.doctor;

import java.nio.file.Path;
import java.util.List;

/**
 * Room on the disk of the state folder.
 *
 * @param freeBytes on that disk
 * @param reserveBytes kafka.reserve-bytes: with less free the gateway takes no records
 * @param leastBytes with less free no part starts
 */
public record DiskSpace(Path folder, long freeBytes, long reserveBytes, long leastBytes)
    implements Check {
  private static final long MB = 1_000_000;

  /** Some hours of work. */
  private static final long MARGIN = 1_000 * MB;

  @Override
  public String name() {
    return "disk";
  }

  @Override
  public List<Finding> find() {
    long needed = Math.max(reserveBytes, leastBytes);
    if (freeBytes < needed) {
      return List.of(
          Finding.error(
              name(),
              "%d MB are free on the disk of %s, less than %d MB (%s)."
                  .formatted(
                      freeBytes / MB,
                      folder,
                      needed / MB,
                      reserveBytes >= leastBytes
                          ? "kafka.reserve-bytes"
                          : "what the parts need to start"),
              "`up` waits for room before it starts, and a gateway that runs answers 507 to every post.",
              "Make room there, name a folder on another disk with --dir, or lower kafka.reserve-bytes if it is large."));
    }
    if (freeBytes < needed + MARGIN) {
      return List.of(
          Finding.warning(
              name(),
              "%d MB are free on the disk of %s; at %d MB the gateway stops taking posts."
                  .formatted(freeBytes / MB, folder, needed / MB),
              "The log, the objects and the tables each hold every event.",
              "Make room there, or name a folder on another disk with --dir."));
    }
    return List.of();
  }
}
