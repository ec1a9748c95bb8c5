package pinflow.lake.tables;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.execution.streaming.checkpointing.CheckpointFileManager.CancellableFSDataOutputStream;
import org.apache.spark.sql.execution.streaming.checkpointing.FileContextBasedCheckpointFileManager;

/**
 * Writes the small files of a local checkpoint, two a batch, in a millisecond each. Spark's own
 * class takes tens: it starts a process to set permissions, and writes checksums beside.
 */
public final class LocalCheckpoints extends FileContextBasedCheckpointFileManager {
  /** Called by Spark, which is told the class by {@code checkpointFileManagerClass}. */
  public LocalCheckpoints(org.apache.hadoop.fs.Path path, Configuration hadoop) {
    super(path, hadoop);
  }

  /** The file is there, and whole, when the stream is closed. */
  @Override
  public CancellableFSDataOutputStream createAtomic(
      org.apache.hadoop.fs.Path path, boolean overwrite) {
    Path file = Path.of(path.toUri().getPath());
    Path begun = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      return new Begun(begun, file, overwrite);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Begun extends CancellableFSDataOutputStream {
    private final Path begun;
    private final Path file;
    private final boolean overwrite;
    private boolean over;

    Begun(Path begun, Path file, boolean overwrite) throws IOException {
      super(Files.newOutputStream(begun));
      this.begun = begun;
      this.file = file;
      this.overwrite = overwrite;
    }

    /**
     * @throws org.apache.hadoop.fs.FileAlreadyExistsException if it must not be overwritten
     */
    @Override
    public void close() throws IOException {
      if (over) {
        return;
      }
      over = true;
      underlyingStream().close();
      try {
        if (overwrite) {
          Files.move(begun, file, StandardCopyOption.ATOMIC_MOVE);
        } else {
          // Unlike a move it does not replace.
          Files.createLink(file, begun);
        }
      } catch (FileAlreadyExistsException e) {
        throw new org.apache.hadoop.fs.FileAlreadyExistsException(e.getMessage());
      } finally {
        Files.deleteIfExists(begun);
      }
    }

    @Override
    public void cancel() {
      if (!over) {
        over = true;
        try {
          underlyingStream().close();
          Files.deleteIfExists(begun);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }
}
