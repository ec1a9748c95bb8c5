package pinflow.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands. */
@Command(
    name = "pinflow",
    description = "The whole post-event data pipeline, running for real on one machine.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      " 0:done, and the result is good",
      " 1:done, and the result is bad: posts failed, a run failed, an expectation is broken, or the counts do not add"
          + " up",
      " 2:a mistake in the command line or the configuration",
      " 3:a part cannot be reached, refuses, or is not running",
      " 4:the machine stands in the way: a taken port, a folder that is read-only, full or in use",
      "70:a fault of Pinflow's own",
      "130:ended by Ctrl-C",
    })
public final class Main {
  private static final List<Class<?>> COMMANDS =
      List.of(
          DemoCommand.class,
          DoctorCommand.class,
          UpCommand.class,
          StatusCommand.class,
          DownCommand.class,
          ResetCommand.class,
          SourceCommand.class,
          EmulateCommand.class,
          RunCommand.class,
          RunsCommand.class,
          ScheduleCommand.class,
          JobCommand.class,
          LiveCommand.class,
          CompareCommand.class,
          QueryCommand.class,
          AuditCommand.class,
          TraceCommand.class,
          QuarantineCommand.class,
          TrainCommand.class);

  private Main() {}

  public static void main(String[] args) {
    Logs.toStandardError();
    System.exit(execute(args));
  }

  static int execute(String... args) {
    CommandLine line = new CommandLine(new Main());
    commands(args).forEach(line::addSubcommand);
    return line.setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(new Failures())
        .execute(args);
  }

  /**
   * The one that is named first, or all: to read the options of all takes a quarter of a second.
   */
  private static List<Class<?>> commands(String... args) {
    return COMMANDS.stream()
        .filter(c -> args.length > 0 && c.getAnnotation(Command.class).name().equals(args[0]))
        .findFirst()
        .<List<Class<?>>>map(List::of)
        .orElse(COMMANDS);
  }

  /** The version of the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"pinflow " + (version == null ? "(unpackaged)" : version)};
    }
  }
}
