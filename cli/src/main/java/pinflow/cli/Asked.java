package pinflow.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What each command takes that asks control. */
final class Asked {
  @Mixin private final Options options = new Options();

  @Option(names = "--json", description = "As one JSON document.")
  boolean json;

  StateFolder state() {
    return options.state();
  }

  ControlClient control() {
    return ControlClient.of(state());
  }
}
