package pinflow.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pinflow.control.jobs.Job;
import pinflow.control.runs.Commands;

/**
 * A job as the command line of {@code pinflow job}, in a JVM like this one.
 *
 * @param dir the state folder
 * @param file the configuration, which is read anew by each run; null when there is none
 */
record JobLines(Path dir, @Nullable Path file) implements Commands {
  /**
   * A short life, as of all commands but {@code up}; and what it prints is kept as UTF-8, whatever
   * the locale (the first two names until JDK 18, the others from there on).
   */
  private static final List<String> FLAGS =
      List.of(
          "-XX:TieredStopAtLevel=1",
          "-Dsun.stdout.encoding=UTF-8",
          "-Dsun.stderr.encoding=UTF-8",
          "-Dstdout.encoding=UTF-8",
          "-Dstderr.encoding=UTF-8");

  @Override
  public Command of(Job job, Map<String, String> parameters) {
    List<String> line = new ArrayList<>(Jvm.APART); // it is control that ends it
    line.addAll(Jvm.sameAgain(FLAGS));
    line.addAll(List.of("job", job.kind().text(), "--end-with-input", "--dir", dir.toString()));
    if (file != null) {
      line.addAll(List.of("--config", file.toString()));
    }
    parameters.forEach(
        (name, value) -> {
          if (!value.isEmpty()) {
            line.addAll(List.of("--param", name + "=" + value));
          }
        });
    return new Command(line, Map.of(), Path.of("").toAbsolutePath());
  }
}
