package pinflow.source.emulate;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pinflow.source.SourceException;
import pinflow.source.SourceTable;

/**
 * The receipts of the emulator's runs, in the form of contracts/journal.md. Lines reach the disk
 * within {@value #SYNC_MILLIS} ms; what a power failure takes is sent again with its old key.
 */
final class Journal implements AutoCloseable {

  private static final long SYNC_MILLIS = 100;

  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /** How a run was started; what a resumed one must repeat to make the same requests. */
  record Run(
      String run,
      String started,
      String gateway,
      String id,
      @Nullable Long posts,
      boolean random,
      @JsonProperty("posts_per_request") int postsPerRequest) {}

  private record Line(
      long chunk,
      String topic,
      String key,
      boolean complete,
      List<List<@Nullable Object>> receipts) {}

  private final Path file;
  private final FileChannel channel;
  private final List<BitSet> complete = new ArrayList<>();
  private @Nullable Run run;
  private long syncedAt;

  private Journal(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Opens the journal and begins a run in it. */
  static Journal begin(Path file, Run run) {
    Journal journal = open(file, StandardOpenOption.CREATE);
    journal.run = run;
    journal.append(run);
    return journal;
  }

  /**
   * Opens the journal to go on with its last run.
   *
   * @throws SourceException if there is none
   */
  static Journal resume(Path file) {
    if (!Files.exists(file)) {
      throw new SourceException(
          "There is nothing to resume: no run has left a journal at %s. Start one without --resume."
              .formatted(file));
    }
    Journal journal = open(file);
    try {
      journal.load();
      return journal;
    } catch (RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  Run run() {
    if (run == null) {
      throw new IllegalStateException("The journal has no run yet");
    }
    return run;
  }

  boolean isComplete(Request request) {
    int table = request.table().ordinal();
    return request.chunk() < Integer.MAX_VALUE
        && table < complete.size()
        && complete.get(table).get((int) request.chunk());
  }

  /** Writes the receipts of a request; none, no line. */
  void acknowledge(Delivery delivery, String topic) {
    Request request = delivery.request();
    List<List<@Nullable Object>> receipts = new ArrayList<>();
    for (int i = 0; i < request.records(); i++) {
      Receipt receipt = delivery.receipt(i);
      if (receipt != null) {
        receipts.add(receipt.of(request.inds().get(i)));
      }
    }
    if (!receipts.isEmpty()) {
      append(
          new Line(
              request.chunk(),
              topic,
              request.key(),
              receipts.size() == request.records(),
              receipts));
    }
  }

  @Override
  public synchronized void close() {
    try (channel) {
      channel.force(false);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private static Journal open(Path file, StandardOpenOption... more) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      List<StandardOpenOption> options = new ArrayList<>(List.of(more));
      options.add(StandardOpenOption.READ);
      options.add(StandardOpenOption.WRITE);
      FileChannel channel = FileChannel.open(file, options.toArray(StandardOpenOption[]::new));
      if (!lock(channel)) {
        channel.close();
        throw new SourceException(
            "The journal %s is in use: another emulator writes to it. Wait until that ends, or name another journal."
                .formatted(file));
      }
      cutTornLine(channel);
      return new Journal(file, channel);
    } catch (IOException e) {
      throw unusable(file, e);
    }
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /**
   * Cuts what a process that was killed has left behind the last line break, and stands at the end.
   */
  private static void cutTornLine(FileChannel channel) throws IOException {
    ByteBuffer last = ByteBuffer.allocate(1);
    long end = channel.size();
    while (end > 0 && channel.read(last.clear(), end - 1) == 1 && last.get(0) != '\n') {
      end--;
    }
    channel.truncate(end);
    channel.position(end);
  }

  private void load() {
    int number = 0;
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String text = lines.readLine(); text != null; text = lines.readLine()) {
        number++;
        take(JSON.readTree(text));
      }
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new SourceException(
          "The journal %s cannot be resumed: line %d is not as it was written. Move the file away and start a run without --resume."
              .formatted(file, number),
          e);
    } catch (IOException e) {
      throw unusable(file, e);
    }
    if (run == null) {
      throw new SourceException(
          "There is nothing to resume: the journal %s holds no run. Start one without --resume."
              .formatted(file));
    }
  }

  private void take(JsonNode line) throws JsonProcessingException {
    if (line.has("run")) {
      run = JSON.treeToValue(line, Run.class);
      complete.clear();
      for (int i = 0; i < SourceTable.values().length; i++) {
        complete.add(new BitSet());
      }
      return;
    }
    Optional<SourceTable> table = Dialect.table(line.path("topic").asText());
    if (table.isPresent() && !complete.isEmpty() && line.path("complete").asBoolean()) {
      complete.get(table.get().ordinal()).set(Math.toIntExact(line.path("chunk").asLong()));
    }
  }

  private synchronized void append(Object line) {
    try {
      byte[] text = (JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
      for (ByteBuffer rest = ByteBuffer.wrap(text); rest.hasRemaining(); ) {
        channel.write(rest);
      }
      long now = System.nanoTime() / 1_000_000;
      if (now - syncedAt >= SYNC_MILLIS) {
        channel.force(false);
        syncedAt = now;
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private SourceException unwritable(IOException e) {
    return new SourceException(
        "The journal %s cannot be written: %s. Make room, then go on with --resume."
            .formatted(file, e),
        e);
  }

  private static SourceException unusable(Path file, IOException e) {
    return new SourceException(
        "The journal %s cannot be opened: %s. Name a file that can be read and written."
            .formatted(file, e),
        e);
  }
}
