package pinflow.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import pinflow.control.LiveProcess;

/**
 * The one folder ({@code --dir}) that all state lives under: the database, the log, the objects,
 * the tables, the logs of the processes.
 */
final class StateFolder implements AutoCloseable {
  /** Of the layout of what is in the folder; raised when a Pinflow cannot read an older one's. */
  static final int VERSION = 1;

  private static final ObjectMapper JSON = Grid.JSON;

  /** What Pinflow makes in its folder; a folder with anything else is somebody's. */
  private static final Set<String> OURS =
      Set.of(
          "lock",
          "running.json",
          "credentials.json",
          "demo",
          "database",
          "emulate",
          "kafka",
          "lake",
          "live.json",
          "logs",
          "s3",
          "secrets",
          "version");

  /** Those that this process has: to open the lock's file and close it again would give it up. */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private @Nullable FileLock lock;

  private StateFolder(Path folder) {
    this.folder = folder;
  }

  /** The folder, whether it is there or not. */
  static StateFolder at(Path folder) {
    try {
      return new StateFolder(
          Files.exists(folder) ? folder.toRealPath() : folder.toAbsolutePath().normalize());
    } catch (IOException e) {
      throw new MachineException(
          "The state folder %s cannot be read: %s.".formatted(folder, describe(e)));
    }
  }

  /**
   * Makes the folder and takes it for this process.
   *
   * @throws MachineException when it cannot be written, or another process has it
   * @throws UsageException when it holds what is not Pinflow's
   */
  void take() {
    try {
      Files.createDirectories(folder);
      refuseForeign();
      FileChannel channel =
          FileChannel.open(lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      lock = channel.tryLock();
      if (lock == null) {
        channel.close();
        throw inUse();
      }
      HELD.add(folder);
      // That of a process that was killed.
      Files.deleteIfExists(folder.resolve("running.json"));
      Files.deleteIfExists(folder.resolve("live.json"));
    } catch (OverlappingFileLockException e) {
      throw inUse();
    } catch (IOException e) {
      throw new MachineException(
          "The state folder %s cannot be written: %s. Choose another with --dir."
              .formatted(folder, describe(e)));
    }
  }

  private void refuseForeign() throws IOException {
    try (var files = Files.list(folder)) {
      Optional<String> foreign =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> !OURS.contains(name) && !name.endsWith(".part"))
              .findFirst();
      if (foreign.isPresent()) {
        throw new UsageException(
            "The folder %s holds %s, which is not Pinflow's, so it is left alone. Name another with --dir."
                .formatted(folder, foreign.get()));
      }
    }
  }

  private MachineException inUse() {
    return new MachineException(
        "The state folder %s is in use by another pinflow%s. End it with `pinflow down --dir %s`, or choose another folder with --dir."
            .formatted(
                folder, running().map(r -> " (process " + r.pid() + ")").orElse(""), folder));
  }

  /** Whether a process has the folder. */
  boolean isTaken() {
    if (HELD.contains(folder)) {
      return true;
    }
    if (!Files.exists(lockFile())) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(lockFile(), StandardOpenOption.WRITE);
        FileLock mine = channel.tryLock()) {
      return mine == null;
    } catch (OverlappingFileLockException e) {
      return true;
    } catch (IOException e) {
      throw new MachineException(
          "The state folder %s cannot be read: %s.".formatted(folder, describe(e)));
    }
  }

  Path path() {
    return folder;
  }

  Path resolve(String child) {
    return folder.resolve(child);
  }

  /** The batch emulator's journal (contracts/journal.md). */
  Path journal() {
    return journal("batch");
  }

  /** The journal of an emulator, {@code batch} or {@code stream}. */
  Path journal(String emulator) {
    return folder.resolve("emulate/" + emulator + ".jsonl");
  }

  /**
   * As the one above, for a gateway that was named: the receipts of another than this folder's are
   * not to be held against the log of this folder, so they have a journal of their own.
   */
  Path journal(String emulator, URI gateway) {
    Optional<Running> known = running();
    String own = known.map(running -> running.addresses().get("gateway")).orElse(null);
    boolean foreign = known.isEmpty() || (own != null && !isSame(URI.create(own), gateway));
    String place =
        "%s_%d"
            .formatted(String.valueOf(gateway.getHost()), port(gateway))
            .replaceAll("[^A-Za-z0-9._-]", "_");
    return foreign
        ? folder.resolve("emulate/" + place + "/" + emulator + ".jsonl")
        : journal(emulator);
  }

  private static boolean isSame(URI one, URI other) {
    return port(one) == port(other)
        && (String.valueOf(one.getHost()).equalsIgnoreCase(other.getHost())
            || (isLoopback(one) && isLoopback(other)));
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
  }

  private static boolean isLoopback(URI uri) {
    try {
      return InetAddress.getByName(uri.getHost()).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** What a running process has written about itself, if one has the folder. */
  Optional<Running> running() {
    return read("running.json", Running.class);
  }

  /** What a running process has written about its live way. */
  Optional<LiveProcess.State> live() {
    return read("live.json", LiveProcess.State.class);
  }

  private <T> Optional<T> read(String name, Class<T> type) {
    Path file = folder.resolve(name);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readValue(file.toFile(), type));
    } catch (IOException e) {
      throw new MachineException(
          "The file %s cannot be read: %s. If nothing runs there, delete it."
              .formatted(file, describe(e)));
    }
  }

  void write(Running running) {
    writePrivately("running.json", running);
  }

  void write(LiveProcess.State live) {
    writePrivately("live.json", live);
  }

  void removeRunning() {
    try {
      Files.deleteIfExists(folder.resolve("running.json"));
    } catch (IOException e) {
      throw new MachineException(
          "The file running.json in %s cannot be deleted: %s.".formatted(folder, describe(e)));
    }
  }

  /** Says which version the folder has, if its state begins now: an older state keeps its own. */
  void writeVersion() {
    if (!Files.exists(versionFile()) && !holdsState()) {
      writePrivately("version", VERSION + "\n");
    }
  }

  Path versionFile() {
    return folder.resolve("version");
  }

  /** Whether Pinflow was ever started here. */
  boolean holdsState() {
    return Files.exists(folder.resolve("credentials.json"));
  }

  /** The user names and keys of the embedded parts, made at the first start and kept. */
  EmbeddedCredentials credentials() {
    Path file = folder.resolve("credentials.json");
    if (!Files.exists(file)) {
      writePrivately("credentials.json", EmbeddedCredentials.make(new SecureRandom()));
    }
    try {
      return JSON.readValue(file.toFile(), EmbeddedCredentials.class);
    } catch (IOException e) {
      throw new MachineException(
          "The file %s cannot be read: %s. The embedded database knows the password that stood in it."
              .formatted(file, describe(e)));
    }
  }

  /** User names and keys of the embedded parts. */
  record EmbeddedCredentials(
      String databaseUser, String databasePassword, String accessKey, String secretKey) {
    static EmbeddedCredentials make(SecureRandom random) {
      return new EmbeddedCredentials(
          "pinflow",
          text(random, 12),
          "PINFLOW" + text(random, 6).toUpperCase(java.util.Locale.ROOT),
          text(random, 20));
    }

    private static String text(SecureRandom random, int bytes) {
      byte[] drawn = new byte[bytes];
      random.nextBytes(drawn);
      return HexFormat.of().formatHex(drawn);
    }

    @Override
    public String toString() {
      return "EmbeddedCredentials[" + databaseUser + ", " + accessKey + "]";
    }
  }

  /** Writes a file that only its owner reads, whole or not at all. */
  void writePrivately(String name, Object content) {
    try {
      byte[] bytes =
          content instanceof String text
              ? text.getBytes(StandardCharsets.UTF_8)
              : JSON.writeValueAsBytes(content);
      Files.createDirectories(folder.resolve(name).getParent());
      Path partial = folder.resolve(name + ".part");
      Files.deleteIfExists(partial);
      if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.createFile(
            partial,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
      Files.write(partial, bytes, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      Files.move(
          partial,
          folder.resolve(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new MachineException(
          "The state folder %s cannot be written: %s. Make room or choose another with --dir."
              .formatted(folder, describe(e)));
    }
  }

  /** Free bytes on its disk. */
  long freeBytes() {
    try {
      return Files.getFileStore(folder).getUsableSpace();
    } catch (IOException e) {
      throw new MachineException(
          "The state folder %s cannot be read: %s.".formatted(folder, describe(e)));
    }
  }

  /** Whether there is anything but the lock in the folder. */
  boolean holdsData() throws IOException {
    try (var files = Files.list(folder)) {
      return files.anyMatch(file -> !file.equals(lockFile()));
    }
  }

  /** Deletes all that is in the folder, which is taken. */
  void empty() throws IOException {
    List<Path> all;
    try (var files = Files.walk(folder)) {
      all =
          files
              .filter(file -> !file.equals(lockFile()) && !file.equals(folder))
              .sorted(Comparator.reverseOrder())
              .toList();
    }
    for (Path file : all) {
      Files.delete(file);
    }
  }

  /** Deletes the folder, which is taken. */
  void delete() throws IOException {
    empty();
    Files.deleteIfExists(lockFile());
    Files.deleteIfExists(folder);
    close();
  }

  private Path lockFile() {
    return folder.resolve("lock");
  }

  private static String describe(IOException e) {
    return e instanceof java.nio.file.AccessDeniedException
        ? "permission denied"
        : e instanceof java.nio.file.FileSystemException f && f.getReason() != null
            ? f.getReason()
            : String.valueOf(e.getMessage());
  }

  @Override
  public void close() {
    FileLock held = lock;
    if (held != null) {
      try {
        held.acquiredBy().close();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      lock = null;
      HELD.remove(folder);
    }
  }
}
