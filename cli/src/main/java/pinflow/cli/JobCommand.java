package pinflow.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import pinflow.control.jobs.Job;
import pinflow.control.jobs.JobKind;

/**
 * A run's process, and the way to do a job in the terminal's own: its result is the last line of
 * standard output, why it failed the last line of standard error that begins with {@code pinflow:
 * }.
 */
@Command(
    name = "job",
    hidden = true,
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Does a job in this process, without a run: nobody waits for it, retries it or keeps its log.")
final class JobCommand implements Callable<Integer> {
  @Mixin private final Options options = new Options();

  @Parameters(paramLabel = "KIND", description = "daily, compact, vacuum, audit, spark-sql or jar.")
  private String kind = "";

  @Option(names = "--param", paramLabel = "NAME=VALUE", description = "A parameter of the job.")
  private Map<String, String> parameters = new TreeMap<>();

  @Option(
      names = "--end-with-input",
      hidden = true,
      description = "Ends at once, and Spark with it, when standard input ends.")
  private boolean endWithInput;

  @Override
  public Integer call() {
    if (endWithInput) {
      endWithInput();
    }
    JobKind known = known();
    for (String parameter : parameters.keySet()) {
      if (!known.takes(parameter)) {
        throw new UsageException(
            "--param has %s, and a job of kind %s has no such parameter. See docs/jobs.md."
                .formatted(parameter, kind));
      }
    }
    try {
      Job.of("job", known, parameters, null, null, null, null, null, null, null);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage() + ".");
    }
    ObjectNode result =
        new JobWork(options.config(), options.state(), options.steps(), parameters).run(known);
    String why = broken(known, result);
    if (!why.isEmpty()) {
      result.put("again", false); // all is committed; it would be as bad the next time
    }
    if (known != JobKind.JAR) { // whose result is what it prints
      System.out.println(result);
    }
    if (why.isEmpty()) {
      return ExitCode.OK;
    }
    System.err.println("pinflow: " + why);
    return ExitCode.NEGATIVE;
  }

  private JobKind known() {
    return JobKind.of(kind)
        .orElseThrow(
            () ->
                new UsageException(
                    "There is no kind %s of jobs; there are %s."
                        .formatted(
                            kind,
                            Arrays.stream(JobKind.values())
                                .map(JobKind::text)
                                .collect(Collectors.joining(", ")))));
  }

  /**
   * Says on standard error what of a result that is there is bad.
   *
   * @return it in one line; empty if all is good
   */
  private static String broken(JobKind kind, ObjectNode result) {
    if (kind == JobKind.AUDIT) {
      return result.path("good").asBoolean()
          ? ""
          : "The audit has found %,d faults, the first: %s. `pinflow audit` shows them."
              .formatted(result.path("faults").size(), result.at("/faults/0/what").asText());
    }
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int code = Expected.report(result, new PrintStream(said, true, StandardCharsets.UTF_8));
    String text = said.toString(StandardCharsets.UTF_8);
    System.err.print(text);
    return code == ExitCode.OK
        ? ""
        : text.lines().filter(line -> line.startsWith("FAILED")).collect(Collectors.joining(" "));
  }

  /** However the process that started this one ends. */
  private static void endWithInput() {
    Thread reader =
        new Thread(
            () -> {
              try (InputStream in = System.in) {
                in.transferTo(OutputStream.nullOutputStream());
              } catch (IOException e) {
                // As good as its end.
              }
              System.exit(ExitCode.INTERRUPTED); // the hooks end Spark
            },
            "end-with-input");
    reader.setDaemon(true);
    reader.start();
  }
}
