package pinflow.platform;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A part's hold on its data folder for as long as this process lives, whatever ends it. */
record FolderLock(FileChannel channel) implements AutoCloseable {

  /** Less is as good as a full disk: Kafka's next log segment and index alone may take 30 MB. */
  static final long LEAST_SPACE = 100_000_000;

  /**
   * @throws PlatformException if another part, of this process or another, holds the folder
   */
  static FolderLock take(Path folder, String part) throws IOException {
    Files.createDirectories(folder);
    FileChannel channel =
        FileChannel.open(
            folder.resolve("pinflow.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (isFree(channel)) {
      return new FolderLock(channel);
    }
    channel.close();
    throw new PlatformException(
        "The folder %s of the %s is in use by another Pinflow; stop that one (pinflow down) or choose another --dir."
            .formatted(folder, part));
  }

  /**
   * @throws PlatformException if there is no space left for the part's data
   */
  static void requireSpace(Path folder, String part) throws IOException {
    long space = Files.getFileStore(folder).getUsableSpace();
    if (space < LEAST_SPACE) {
      throw new PlatformException(
          "There are %d MB left for the %s in %s, and it needs %d; make space or choose another --dir."
              .formatted(space / 1_000_000, part, folder, LEAST_SPACE / 1_000_000));
    }
  }

  private static boolean isFree(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // held by this very process
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new PlatformException("A folder's lock cannot be given back: " + e, e);
    }
  }
}
