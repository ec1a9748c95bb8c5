package pinflow.cli.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import pinflow.audit.AuditException;
import pinflow.cli.doctor.Finding.Severity;
import pinflow.platform.PlatformException;
import pinflow.source.SourceException;

/**
 * What all checks found, errors first, and those that could not look.
 *
 * @param looked the names of those that did
 */
public record Diagnosis(List<Finding> findings, List<String> looked, List<Skipped> skipped) {
  /** A check that could not look. */
  public record Skipped(String check, String why) {}

  /** Lets every check look; one that cannot does not keep the others from it. */
  public static Diagnosis of(List<Check> checks) {
    List<Finding> findings = new ArrayList<>();
    List<String> looked = new ArrayList<>();
    List<Skipped> skipped = new ArrayList<>();
    for (Check check : checks) {
      try {
        findings.addAll(check.find());
        looked.add(check.name());
      } catch (NotLooked
          | IOException
          | UncheckedIOException
          | AuditException
          | PlatformException
          | SourceException e) {
        skipped.add(new Skipped(check.name(), why(e)));
      }
    }
    findings.sort(Comparator.comparing(Finding::severity));
    return new Diagnosis(findings, looked, skipped);
  }

  private static String why(Exception e) {
    // Of a file the message is often the path alone; an address may hold a password.
    String message = e instanceof FileSystemException ? e.toString() : e.getMessage();
    return String.valueOf(message).replaceAll("//[^/@\\s]+@", "//…@");
  }

  public long count(Severity severity) {
    return findings.stream().filter(finding -> finding.severity() == severity).count();
  }
}
