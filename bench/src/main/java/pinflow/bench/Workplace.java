package pinflow.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import pinflow.control.Installation;

/** A new folder under {@code bench/target}, deleted at the end. */
record Workplace(Path folder) implements AutoCloseable {
  static Workplace make() throws IOException {
    Path target = Installation.current().home().resolve("bench/target");
    Files.createDirectories(target);
    return new Workplace(Files.createTempDirectory(target, "bench-"));
  }

  Path resolve(String name) {
    return folder.resolve(name);
  }

  /** The bytes of the files in a folder of it. */
  long bytes(String name) throws IOException {
    try (Stream<Path> files = Files.walk(resolve(name))) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
