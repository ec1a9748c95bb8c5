package pinflow.platform;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A secret by reference, so that none stands in a file that is committed: {@code env:NAME} or
 * {@code file:PATH}.
 */
public record Secret(String reference) {
  public Secret {
    if (!reference.startsWith("env:") && !reference.startsWith("file:")) {
      throw new IllegalArgumentException(
          "a secret is written as env:NAME or file:PATH, never as itself");
    }
  }

  @JsonCreator
  static Secret of(String reference) {
    return new Secret(reference);
  }

  /** The secret itself. */
  public String reveal() {
    String name = reference.substring(reference.indexOf(':') + 1);
    if (reference.startsWith("env:")) {
      String value = System.getenv(name);
      if (value == null) {
        throw new PlatformException(
            "The secret %s is not there: the environment has no %s. Set it before the start."
                .formatted(reference, name));
      }
      return value;
    }
    try {
      return Files.readString(Path.of(name)).strip();
    } catch (IOException e) {
      throw new PlatformException(
          "The secret %s cannot be read: %s. Check the path and its permissions."
              .formatted(reference, e));
    }
  }
}
