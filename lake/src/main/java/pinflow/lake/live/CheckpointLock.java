package pinflow.lake.live;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import pinflow.lake.tables.LakeException;

/**
 * Says that a checkpoint's folder is in use by this process; a local one only, since other stores
 * have no locks.
 *
 * @param lock null where there are none
 */
record CheckpointLock(@Nullable FileLock lock) implements AutoCloseable {
  private static final String FILE = "pinflow.lock";

  /**
   * @throws LakeException if it is another's
   */
  static CheckpointLock take(String checkpoint) {
    URI folder = URI.create(checkpoint);
    if (!"file".equals(folder.getScheme())) {
      return new CheckpointLock(null);
    }
    Path path = Path.of(folder.getPath());
    try {
      Files.createDirectories(path);
      FileChannel file =
          FileChannel.open(path.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = tryLock(file);
      if (lock == null) {
        file.close();
        throw LakeException.asked(
            "Another process uses the checkpoint %s: two would write every record twice. End it first."
                .formatted(path));
      }
      return new CheckpointLock(lock);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The checkpoint %s cannot be written; see that its folder can be made.".formatted(path),
          e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException ofThisProcess) {
      return null;
    }
  }

  @Override
  public void close() {
    if (lock != null) {
      try {
        lock.acquiredBy().close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
