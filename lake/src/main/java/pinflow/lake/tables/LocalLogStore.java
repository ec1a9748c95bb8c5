package pinflow.lake.tables;

import io.delta.storage.HadoopFileSystemLogStore;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Iterator;
import org.apache.hadoop.conf.Configuration;

/**
 * Writes the commits of tables on a local file system so that of two processes that write the same
 * version only one succeeds.
 *
 * <p>Delta's own class of this name (its documentation: for testing only) is safe within one JVM;
 * two lose commits, since {@code rename} replaces a file that is there. A hard link does not.
 */
public final class LocalLogStore extends HadoopFileSystemLogStore {
  /** Called by Delta, which is told the class by {@code spark.delta.logStore.file.impl}. */
  public LocalLogStore(Configuration hadoop) {
    super(hadoop);
  }

  /**
   * @throws java.nio.file.FileAlreadyExistsException when another has written the file and {@code
   *     overwrite} is false
   */
  @Override
  public void write(
      org.apache.hadoop.fs.Path path,
      Iterator<String> actions,
      Boolean overwrite,
      Configuration hadoop)
      throws IOException {
    Path file = local(path);
    Files.createDirectories(file.resolveSibling(""));
    Path written = local(createTempPath(path));
    try {
      try (BufferedWriter lines = Files.newBufferedWriter(written)) {
        while (actions.hasNext()) {
          lines.write(actions.next());
          lines.write('\n');
        }
      }
      if (overwrite) {
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
      } else {
        Files.createLink(file, written);
      }
    } finally {
      Files.deleteIfExists(written);
    }
  }

  /** No file is seen before it is whole. */
  @Override
  public Boolean isPartialWriteVisible(org.apache.hadoop.fs.Path path, Configuration hadoop) {
    return false;
  }

  private static Path local(org.apache.hadoop.fs.Path path) {
    return Path.of(path.toUri().getPath());
  }
}
