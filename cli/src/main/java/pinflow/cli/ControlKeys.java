package pinflow.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * What control is known by, made at its first start and kept in the state folder: who has the
 * token, Airflow for one, has it for good.
 *
 * @param databasePassword of its user of the embedded database
 * @param token of the Jobs API, unless {@code control.token} names another
 */
record ControlKeys(String databasePassword, String token) {
  private static final String FILE = "secrets/control.json";

  static ControlKeys of(StateFolder state) {
    Path file = state.resolve(FILE);
    if (!Files.exists(file)) {
      SecureRandom random = new SecureRandom();
      state.writePrivately(FILE, new ControlKeys(drawn(random), "pinflow-" + drawn(random)));
    }
    try {
      return Grid.JSON.readValue(file.toFile(), ControlKeys.class);
    } catch (IOException e) {
      throw new MachineException(
          "The file %s cannot be read: %s. Mend its permissions, or delete it: a new token is made then."
              .formatted(file, e.getMessage()));
    }
  }

  private static String drawn(SecureRandom random) {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public String toString() {
    return "ControlKeys[]";
  }
}
