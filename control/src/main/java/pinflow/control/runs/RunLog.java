package pinflow.control.runs;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * The log of one attempt, at the end of its run's file: written through at once up to a limit, and
 * from there on only its end kept, with a line that says how much is left out.
 */
final class RunLog implements AutoCloseable {
  private static final int TAIL = 64 * 1024;

  private final OutputStream file;
  private final long limit;
  private final byte[] tail = new byte[TAIL];
  private long length;
  private boolean finished;

  /**
   * @param limit in bytes
   */
  RunLog(Path path, long limit) throws IOException {
    Files.createDirectories(path.toAbsolutePath().getParent());
    this.file = Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    this.limit = limit;
  }

  /** A line of our own, which counts for no limit. */
  synchronized void say(String line) throws IOException {
    file.write((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  synchronized void write(byte[] bytes, int count) throws IOException {
    if (finished) {
      return; // of a process that left its output to another, which outlives it
    }
    int through = (int) Math.max(0, Math.min(count, limit - length));
    file.write(bytes, 0, through);
    int kept = Math.min(count, TAIL);
    for (int i = count - kept; i < count; i++) {
      tail[(int) ((length + i) % TAIL)] = bytes[i];
    }
    length += count;
  }

  /** The last lines of the process, blank ones left out. */
  synchronized List<String> lastLines() {
    return new String(lastBytes(Math.min(length, TAIL)), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.isBlank())
        .toList();
  }

  private byte[] lastBytes(long count) {
    byte[] last = new byte[(int) count];
    for (int i = 0; i < last.length; i++) {
      last[i] = tail[(int) ((length - count + i) % TAIL)];
    }
    return last;
  }

  /** Writes the end of what was beyond the limit; from here on only {@link #say} adds to it. */
  synchronized void finish() throws IOException {
    if (finished) {
      return;
    }
    finished = true;
    if (length > limit) {
      long kept = Math.min(length - limit, TAIL);
      long out = length - limit - kept;
      if (out > 0) {
        say(
            "%n… %,d bytes are left out here: of an attempt the first %,d are kept (control.log-limit), and its end."
                .formatted(out, limit));
      }
      file.write(lastBytes(kept));
    }
  }

  @Override
  public synchronized void close() throws IOException {
    try (file) {
      finish();
    }
  }
}
