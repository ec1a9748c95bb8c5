package pinflow.control.runs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes runs that have ended long ago, with their logs: some at a time, an hour apart when done.
 */
final class Housekeeping {
  private static final Logger logger = LoggerFactory.getLogger(Housekeeping.class);
  private static final Duration EVERY = Duration.ofHours(1);

  /** Few enough to hold up the look at what runs for a moment only. */
  private static final int PIECE = 50;

  private final RunStore store;
  private final RunReads reads;
  private final LongFunction<Path> logFile;
  private final Duration keep;
  private Instant next = Instant.MIN;

  Housekeeping(RunStore store, RunReads reads, LongFunction<Path> logFile, Duration keep) {
    this.store = store;
    this.reads = reads;
    this.logFile = logFile;
    this.keep = keep;
  }

  void tidy(Instant now) {
    if (now.isBefore(next)) {
      return;
    }
    List<Run> old = reads.endedBefore(now.minus(keep), PIECE);
    for (Run run : old) {
      if (run.state().isFinal() && store.delete(run)) {
        deleteLog(logFile.apply(run.id()));
      }
    }
    if (old.size() < PIECE) {
      next = now.plus(EVERY);
    }
  }

  private static void deleteLog(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      logger.warn("The log {} of a run that is deleted stays; delete it", file, e);
    }
  }
}
