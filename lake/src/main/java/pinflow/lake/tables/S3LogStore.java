package pinflow.lake.tables;

import io.delta.storage.S3SingleDriverLogStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.Iterator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.Options.CreateFileOptionKeys;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.s3a.RemoteFileChangedException;

/**
 * Writes the commits of tables in S3 so that of two processes that write the same version only one
 * succeeds: by a PUT with {@code If-None-Match: *}.
 *
 * <p>Delta's own class, as its name says, is safe within one driver; two lose commits.
 */
public final class S3LogStore extends S3SingleDriverLogStore {
  /** Called by Delta, which is told the class by {@code spark.delta.logStore.s3a.impl}. */
  public S3LogStore(Configuration hadoop) {
    super(hadoop);
  }

  /**
   * @throws FileAlreadyExistsException when another has written the file and {@code overwrite} is
   *     false
   */
  @Override
  public void write(Path path, Iterator<String> actions, Boolean overwrite, Configuration hadoop)
      throws IOException {
    if (overwrite) {
      super.write(path, actions, true, hadoop);
      return;
    }
    // Whole before it is begun: closing what broke off would put the first half.
    StringBuilder lines = new StringBuilder();
    actions.forEachRemaining(action -> lines.append(action).append('\n'));
    FSDataOutputStreamBuilder<?, ?> file = path.getFileSystem(hadoop).createFile(path);
    file.must(CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE, true);
    try (FSDataOutputStream out = file.build()) {
      out.write(lines.toString().getBytes(StandardCharsets.UTF_8));
    } catch (RemoteFileChangedException e) {
      throw (FileAlreadyExistsException)
          new FileAlreadyExistsException(path.toString()).initCause(e);
    }
  }
}
