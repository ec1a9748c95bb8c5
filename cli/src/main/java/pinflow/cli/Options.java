package pinflow.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every command takes, and what they lead to. */
final class Options {
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "The state folder (default: .pinflow where pinflow is started).")
  @Nullable Path dir;

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

  /** The configuration's file; null when there is none. */
  @Nullable Path file() {
    Path file = config == null ? Path.of("pinflow.yaml") : config;
    return Files.exists(file) ? file.toAbsolutePath().normalize() : null;
  }

  StateFolder state() {
    return StateFolder.at(dir == null ? Path.of(".pinflow") : dir);
  }

  Steps steps() {
    return new Steps(System.err, quiet);
  }
}
