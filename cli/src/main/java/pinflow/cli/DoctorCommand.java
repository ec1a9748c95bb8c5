package pinflow.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import pinflow.cli.doctor.Check;
import pinflow.cli.doctor.Diagnosis;
import pinflow.cli.doctor.Finding;
import pinflow.cli.doctor.Finding.Severity;

@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Looks for what will stand in the way before it does: JDK, memory, disk, ports, clock, the state folder's"
          + " permissions and version, the configuration, its secrets and schedules, the sink's objects, shared checkpoints, topics"
          + " and streams with all records in one partition; and what is wrong in the DAGs and scripts that it is given.",
      "Each finding says what is so, why it bites and what to do. Nothing is changed; it may be asked while everything"
          + " runs."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      " 0:no errors; there may be warnings",
      " 1:an error",
      " 2:a file that was named is not there"
    })
final class DoctorCommand implements Callable<Integer> {
  @Mixin private final Options options = new Options();

  @Option(
      names = "--dag",
      paramLabel = "FILE",
      arity = "1..*",
      description =
          "Airflow DAGs, read as text: a start_date of the year 24 or with many days to catch up on, an end_date that"
              + " is past, schedule_interval (gone in Airflow 3); and what --script looks for.")
  private List<Path> dags = List.of();

  @Option(
      names = "--script",
      paramLabel = "FILE",
      arity = "1..*",
      description =
          "Python scripts and notebooks (.py), read as text: a constant partition key, a checkpoint that several"
              + " queries share.")
  private List<Path> scripts = List.of();

  @Option(
      names = "--json",
      description =
          "One JSON document on standard output: errors, warnings, findings of {check, severity, what, why, fix},"
              + " looked, skipped of {check, why}.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Diagnosis found = diagnosis();
    if (json) {
      System.out.println(Grid.json(document(found)));
    } else {
      print(found, System.out);
    }
    return found.count(Severity.ERROR) == 0 ? ExitCode.OK : ExitCode.NEGATIVE;
  }

  Diagnosis diagnosis() throws IOException {
    for (Path file : Stream.concat(dags.stream(), scripts.stream()).toList()) {
      if (!Files.isRegularFile(file)) {
        throw new UsageException(
            "The file %s is not there. Check the path after --dag or --script.".formatted(file));
      }
    }
    Path file = options.config == null ? Path.of("pinflow.yaml") : options.config;
    Optional<String> refusal = Optional.empty();
    PinflowConfig config;
    try {
      config = options.config();
    } catch (UsageException e) {
      if (options.config != null && !Files.exists(options.config)) {
        throw e;
      }
      refusal = Optional.ofNullable(e.getMessage());
      config = ConfigFile.defaults();
    }
    DoctorChecks checks = new DoctorChecks(config, file, options.state());
    List<Check> all = new ArrayList<>(checks.ofMachine());
    all.addAll(checks.ofConfiguration(refusal));
    all.addAll(checks.ofFiles(dags, scripts));
    return Diagnosis.of(all);
  }

  private static Map<String, Object> document(Diagnosis found) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("errors", found.count(Severity.ERROR));
    document.put("warnings", found.count(Severity.WARNING));
    document.put("findings", found.findings().stream().map(DoctorCommand::json).toList());
    document.put("looked", found.looked().stream().distinct().toList());
    document.put("skipped", found.skipped());
    return document;
  }

  private static Map<String, String> json(Finding finding) {
    Map<String, String> entry = new LinkedHashMap<>();
    entry.put("check", finding.check());
    entry.put("severity", word(finding.severity()));
    entry.put("what", finding.what());
    entry.put("why", finding.why());
    entry.put("fix", finding.fix());
    return entry;
  }

  private static void print(Diagnosis found, PrintStream out) {
    for (Finding finding : found.findings()) {
      out.println("%-8s %s".formatted(word(finding.severity()), finding.what()));
      out.println("         Why: " + finding.why());
      out.println("         Fix: " + finding.fix());
      out.println();
    }
    for (Diagnosis.Skipped skipped : found.skipped()) {
      out.println("not looked at: %s (%s)".formatted(skipped.check(), skipped.why()));
    }
    out.println(
        "%s, %s; looked at %s."
            .formatted(
                counted(found, Severity.ERROR),
                counted(found, Severity.WARNING),
                String.join(", ", found.looked().stream().distinct().toList())));
  }

  private static String counted(Diagnosis found, Severity severity) {
    long count = found.count(severity);
    return "%d %s%s".formatted(count, word(severity), count == 1 ? "" : "s");
  }

  private static String word(Severity severity) {
    return severity.name().toLowerCase(Locale.ROOT);
  }
}
