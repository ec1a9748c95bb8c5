package pinflow.lake.tables;

import io.delta.storage.HadoopFileSystemLogStore;
import java.io.BufferedWriter;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;

/**
 * Writes the commits of tables on a local file system so that of two processes that write the same
 * version only one succeeds.
 *
 * <p>Delta's own class of this name (its documentation: for testing only) is safe within one JVM;
 * two lose commits, since {@code rename} replaces a file that is there. A hard link does not.
 */
public final class LocalLogStore extends HadoopFileSystemLogStore {
  /** Of no meaning to a local file system. */
  private static final long BLOCK = 32 << 20;

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

  /**
   * The files of the folder from a name on, in order. Of Hadoop's class a commit in a log of a
   * day's length waits for a look at each of its files.
   */
  @Override
  public Iterator<FileStatus> listFrom(org.apache.hadoop.fs.Path path, Configuration hadoop)
      throws IOException {
    // No file needs to have the name, nor be able to: VACUUM lists from "\0" on.
    String from = path.getName();
    List<FileStatus> files = new ArrayList<>();
    try (DirectoryStream<Path> later =
        Files.newDirectoryStream(
            local(path.getParent()), file -> file.getFileName().toString().compareTo(from) >= 0)) {
      for (Path file : later) {
        try {
          files.add(status(path.getParent(), file));
        } catch (NoSuchFileException e) {
          // Deleted since, as a log's old files are.
        }
      }
    } catch (NoSuchFileException e) {
      throw new FileNotFoundException(e.getMessage());
    }
    files.sort(Comparator.comparing(file -> file.getPath().getName()));
    return files.iterator();
  }

  private static FileStatus status(org.apache.hadoop.fs.Path folder, Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return new FileStatus(
        attributes.size(),
        attributes.isDirectory(),
        1,
        BLOCK,
        attributes.lastModifiedTime().toMillis(),
        new org.apache.hadoop.fs.Path(folder, file.getFileName().toString()));
  }

  /**
   * Not of what is written here, but Delta and its Kernel ask before they write a checkpoint, which
   * goes past this class: so that they rename it into its place when it is whole.
   */
  @Override
  public Boolean isPartialWriteVisible(org.apache.hadoop.fs.Path path, Configuration hadoop) {
    return true;
  }

  private static Path local(org.apache.hadoop.fs.Path path) {
    return Path.of(path.toUri().getPath());
  }
}
