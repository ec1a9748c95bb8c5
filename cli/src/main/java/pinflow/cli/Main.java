package pinflow.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands. */
@Command(
    name = "pinflow",
    description = "The whole post-event data pipeline, running for real on one machine.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    subcommands = {
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
      TrainCommand.class,
    },
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
  private Main() {}

  public static void main(String[] args) {
    Logs.toStandardError();
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(new Failures());
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
