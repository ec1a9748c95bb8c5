package pinflow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import pinflow.audit.LakeTables;
import pinflow.audit.StoredObjects.Store;
import pinflow.platform.Platform;
import pinflow.platform.Secret;

/** The options that every command takes, and what they lead to. */
final class Options {
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "The state folder (default: ${DEFAULT-VALUE} where pinflow is started).",
      defaultValue = ".pinflow")
  Path dir = Path.of(".pinflow");

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The configuration (default: pinflow.yaml where pinflow is started, if there).")
  @Nullable Path config;

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress, only results and errors.")
  boolean quiet;

  PinflowConfig config() {
    return config == null
        ? ConfigFile.read(Path.of("pinflow.yaml"), false)
        : ConfigFile.read(config, true);
  }

  StateFolder state() {
    return StateFolder.at(dir);
  }

  Steps steps() {
    return new Steps(System.err, quiet);
  }
}
