package pinflow.cli;

import java.nio.file.Path;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilder;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilderFactory;
import org.apache.logging.log4j.core.config.builder.impl.BuiltConfiguration;

/** Where the parts' own logs go: never among the results. */
final class Logs {
  private static final String PATTERN = "%d{ISO8601} %-5p %c{1.} - %m%n";

  private Logs() {}

  /** For commands: what goes wrong, nothing else. */
  static void toStandardError() {
    System.setProperty("log4j2.configurationFile", "pinflow/cli/log4j2-quiet.xml");
  }

  /** For what runs on: a file that is cut at 20 MB, five of them kept. */
  static void toFile(Path file) {
    System.setProperty("pinflow.log", file.toString());
    ConfigurationBuilder<BuiltConfiguration> builder =
        ConfigurationBuilderFactory.newConfigurationBuilder();
    // Else a full disk, where no log can be written, fills the terminal with stack traces.
    builder.setStatusLevel(Level.OFF);
    builder.add(
        builder
            .newAppender("file", "RollingFile")
            .addAttribute("fileName", file.toString())
            .addAttribute("filePattern", file + ".%i")
            .add(builder.newLayout("PatternLayout").addAttribute("pattern", PATTERN))
            .addComponent(
                builder
                    .newComponent("Policies")
                    .addComponent(
                        builder
                            .newComponent("SizeBasedTriggeringPolicy")
                            .addAttribute("size", "20MB")))
            .addComponent(builder.newComponent("DefaultRolloverStrategy").addAttribute("max", 5)));
    builder.add(builder.newRootLogger(Level.INFO).add(builder.newAppenderRef("file")));
    Configurator.reconfigure(builder.build());
  }
}
