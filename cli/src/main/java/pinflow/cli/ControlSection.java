package pinflow.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import pinflow.control.ControlConfig;
import pinflow.control.runs.ControlDatabase;
import pinflow.control.runs.RunsConfig;
import pinflow.platform.Platform;
import pinflow.platform.Secret;

/**
 * Section {@code control}: as {@link ControlConfig} and {@link RunsConfig} take it, with its
 * secrets by reference.
 *
 * @param token null to have one made and kept in the state folder
 * @param notebooks jobs by the paths of the notebooks that they stand for
 */
record ControlSection(
    String host,
    int port,
    @Nullable Secret token,
    DatabaseSection database,
    int maxQueued,
    int maxRunning,
    Duration lease,
    Duration patience,
    long logLimit,
    Duration keep,
    Map<String, String> notebooks) {
  ControlSection {
    notebooks = Map.copyOf(notebooks);
    // Refuses what is wrong when the file is read, before any secret is looked up.
    new ControlConfig(
        host,
        port,
        "any-token",
        new RunsConfig(Path.of(""), maxQueued, maxRunning, lease, patience, logLimit, keep));
  }

  /** Where the rows of runs are. */
  record DatabaseSection(String url, @Nullable String user, @Nullable Secret password) {
    DatabaseSection {
      if (!Platform.isEmbedded(url)) {
        new ControlDatabase.Address(url, "any", "any");
        if (user == null || password == null) {
          throw new IllegalArgumentException(
              "control.database.url is %s; user and password belong to it".formatted(url));
        }
      }
    }

    boolean isEmbedded() {
      return Platform.isEmbedded(url);
    }

    /** One that is not embedded. */
    ControlDatabase.Address address() {
      return new ControlDatabase.Address(
          url, Objects.requireNonNull(user), Objects.requireNonNull(password).reveal());
    }
  }

  /**
   * With what is known at the start.
   *
   * @param logs the folder of the runs' logs
   */
  ControlConfig at(int claimed, String revealed, Path logs) {
    return new ControlConfig(
        host,
        claimed,
        revealed,
        new RunsConfig(logs, maxQueued, maxRunning, lease, patience, logLimit, keep));
  }

  ControlSection onPort(int other) {
    return new ControlSection(
        host,
        other,
        token,
        database,
        maxQueued,
        maxRunning,
        lease,
        patience,
        logLimit,
        keep,
        notebooks);
  }
}
