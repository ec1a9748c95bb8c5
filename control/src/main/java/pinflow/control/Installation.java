package pinflow.control;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where Pinflow itself is: the folder that {@code ./pinflow} stands in.
 *
 * @param home that folder
 */
public record Installation(Path home) {
  /** The property by which the launcher script names the folder. */
  public static final String PROPERTY = "pinflow.home";

  /** The installation that this JVM was started from. */
  public static Installation current() {
    String home = System.getProperty(PROPERTY);
    if (home == null) {
      throw new RunException(
          "The folder of Pinflow is not known: -D%s is not set. Start Pinflow through ./pinflow."
              .formatted(PROPERTY),
          true);
    }
    return new Installation(Path.of(home));
  }

  /** The folder of Connect plugins; the sink's jars are in it. */
  public Path plugins() {
    return home.resolve("sink/target/plugin");
  }

  /** Spark's own class path: the lake's jar, then Spark's. */
  String lakeClassPath() {
    Path file = home.resolve("lake/target/classpath");
    try {
      return lakeJar() + java.io.File.pathSeparator + Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Spark's class path cannot be read from %s; build again with ./pinflow".formatted(file),
          e);
    }
  }

  /** The archive of Spark's loaded classes (AppCDS) that the build leaves: halves Spark's start. */
  Path lakeClassArchive() {
    return home.resolve("lake/target/lake.jsa");
  }

  private Path lakeJar() {
    try (var jars = Files.newDirectoryStream(home.resolve("lake/target"), "pinflow-lake-*.jar")) {
      List<Path> found = new java.util.ArrayList<>();
      jars.forEach(found::add);
      if (found.size() == 1) {
        return found.get(0);
      }
      throw new RunException(
          "Expected one jar of the lake in %s, found %s; build again with ./pinflow"
              .formatted(home.resolve("lake/target"), found),
          false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
