package pinflow.control;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

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
    Path file = lake().resolve("classpath");
    try {
      return lake().resolve("pinflow-lake.jar")
          + File.pathSeparator
          + Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Spark's class path cannot be read from %s; build again with ./pinflow".formatted(file),
          e);
    }
  }

  /** A file of JVM flags that the lake names for its process, such as {@code jvm.options}. */
  Path lakeOptions(String file) {
    return lake().resolve("classes/pinflow/lake").resolve(file);
  }

  /** The archive of Spark's loaded classes (AppCDS) that the build leaves: halves Spark's start. */
  Path lakeClassArchive() {
    return lake().resolve("lake.jsa");
  }

  private Path lake() {
    return home.resolve("lake/target");
  }
}
