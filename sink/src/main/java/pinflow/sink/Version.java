package pinflow.sink;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;

/** The plugin's version, written into the jar by the build. */
final class Version {

  private Version() {}

  static String ofPlugin() {
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      Properties properties = new Properties();
      properties.load(Objects.requireNonNull(in, "version.properties is not in the jar"));
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException("version.properties in the jar cannot be read", e);
    }
  }
}
