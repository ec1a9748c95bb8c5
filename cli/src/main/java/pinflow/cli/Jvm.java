package pinflow.cli;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import pinflow.control.Installation;

/** This JVM, for starting another like it. */
final class Jvm {
  /**
   * Before a command: a terminal's Ctrl-C and hang-up go to every process of its group, and are
   * ignored by it.
   */
  static final List<String> APART = List.of("sh", "-c", "trap '' INT HUP; exec \"$@\"", "pinflow");

  private Jvm() {}

  /**
   * Executable, flags, class path and main class of this JVM.
   *
   * @param more flags
   */
  static List<String> sameAgain(List<String> more) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    List<String> arguments = ManagementFactory.getRuntimeMXBean().getInputArguments();
    command.addAll(arguments);
    command.addAll(more);
    String home = "-D" + Installation.PROPERTY + "=";
    String known = System.getProperty(Installation.PROPERTY);
    if (known != null && arguments.stream().noneMatch(argument -> argument.startsWith(home))) {
      command.add(home + known); // a JVM of tests gets its properties later
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    return command;
  }
}
