package pinflow.cli;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import pinflow.control.Control;
import pinflow.control.ControlConfig;
import pinflow.control.jobs.Jobs;
import pinflow.control.runs.ControlDatabase;
import pinflow.platform.DatabaseAccount;
import pinflow.platform.Ports;
import pinflow.platform.Secret;

/** Control as a part of {@code pinflow up}: its keys, its place in a database, its start. */
final class ControlPart {
  private static final String NAME = "pinflow_control";

  private final PinflowConfig config;
  private final StateFolder state;
  private final @Nullable Path file;
  private final ControlKeys keys;
  private final int port;

  /**
   * @param state taken by this process
   * @param file the configuration; null when there is none
   */
  ControlPart(PinflowConfig config, StateFolder state, @Nullable Path file) {
    this.config = config;
    this.state = state;
    this.file = file;
    this.keys = ControlKeys.of(state);
    this.port = Ports.claim(config.control().port(), "control.port"); // before all else is started
  }

  /** The configuration that its runs are done with; null when there is none. */
  @Nullable Path file() {
    return file;
  }

  /** Its account of the embedded database; null when its rows are elsewhere. */
  @Nullable DatabaseAccount account() {
    return config.control().database().isEmbedded()
        ? new DatabaseAccount(NAME, keys.databasePassword(), NAME)
        : null;
  }

  String token() {
    Secret configured = config.control().token();
    return configured == null ? keys.token() : configured.reveal();
  }

  /**
   * Starts it, when all else is there for its runs.
   *
   * @param embedded the URL of its schema in the embedded database; null when its rows are
   *     elsewhere
   */
  Control start(@Nullable String embedded) {
    ControlSection section = config.control();
    try {
      ControlDatabase.Address address =
          embedded == null
              ? section.database().address()
              : new ControlDatabase.Address(embedded, NAME, keys.databasePassword());
      ControlConfig settings = section.at(port, token(), state.resolve("logs/runs"));
      return Control.start(
          settings,
          address,
          new Jobs(config.jobs(), section.notebooks()),
          new JobLines(state.path(), file),
          Clock.systemUTC());
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage() + ".");
    } catch (IllegalStateException e) {
      String message = Objects.requireNonNullElse(e.getMessage(), e.toString());
      throw embedded == null ? new RefusedException(message) : new MachineException(message);
    }
  }
}
