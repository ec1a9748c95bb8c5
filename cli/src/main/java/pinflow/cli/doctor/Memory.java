package pinflow.cli.doctor;

import java.util.List;

/**
 * Memory of the machine or container, against what its JVMs may grow to.
 *
 * @param bytes all that there is, not what is free now
 */
public record Memory(long bytes) implements Check {
  private static final long MB = 1_000_000;

  /** Heap 1 GiB, about 0.3 GB beside it, MariaDB 0.25 GB. */
  private static final long UP = 1_600 * MB;

  /** Heap 2 GiB (jvm-small.options) and about 0.45 GB beside it. */
  private static final long SPARK = 2_600 * MB;

  /** Heap 4 GiB (jvm-large.options), from 200,000 posts on. */
  private static final long LARGE_SPARK = 4_800 * MB;

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public List<Finding> find() {
    if (bytes < UP + SPARK) {
      return List.of(
          Finding.error(
              name(),
              "There are %d MB of memory; `up` and one run of Spark may take %d MB."
                  .formatted(bytes / MB, (UP + SPARK) / MB),
              "When it is used up the system kills one of the processes, mostly Spark in the middle of a run.",
              "Give the machine or container more memory, or end other programs and run fewer posts at a time."));
    }
    if (bytes < UP + LARGE_SPARK) {
      return List.of(
          Finding.warning(
              name(),
              "There are %d MB of memory; a run of more than 200,000 posts may take %d MB with `up`."
                  .formatted(bytes / MB, (UP + LARGE_SPARK) / MB),
              "Such a run, or a smaller one beside the live way, may be killed for want of memory.",
              "Give the machine or container more memory before you send that many."));
    }
    return List.of();
  }
}
