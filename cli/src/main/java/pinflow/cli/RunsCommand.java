package pinflow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "runs",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Runs of jobs, whoever asked for them: a command, a schedule, Airflow, curl.",
    subcommands = {
      RunsCommand.ListRuns.class,
      RunsCommand.Show.class,
      RunsCommand.ShowLog.class,
      RunsCommand.Cancel.class,
      RunsCommand.Repair.class
    })
final class RunsCommand {
  private RunsCommand() {}

  private static JsonNode get(ControlClient control, long id) {
    return naming(control, () -> control.get("/runs/" + id));
  }

  /** Asks for a change of a run, and says how it is then. */
  private static JsonNode change(ControlClient control, long id, String what) {
    return naming(
        control,
        () -> control.post("/runs/%d/%s".formatted(id, what), Grid.JSON.createObjectNode()));
  }

  /** Names the newest runs when the one that is asked for does not exist. */
  private static JsonNode naming(ControlClient control, Supplier<JsonNode> asked) {
    try {
      return asked.get();
    } catch (UsageException refused) {
      String message = String.valueOf(refused.getMessage());
      if (!message.contains("does not exist")) {
        throw refused;
      }
      List<String> newest = new ArrayList<>();
      control.get("/runs?limit=5").path("runs").forEach(run -> newest.add(run.path("id").asText()));
      throw new UsageException(
          newest.isEmpty()
              ? message + " There is none yet; `pinflow run daily` makes the first."
              : message + " The newest are " + String.join(", ", newest) + ".");
    }
  }

  private static int print(boolean json, JsonNode run, String words) {
    System.out.println(json ? run.toString() : words);
    return ExitCode.OK;
  }

  private static String state(JsonNode run) {
    return run.path("state").asText();
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "The newest runs.")
  static final class ListRuns implements Callable<Integer> {
    @Mixin private final Asked asked = new Asked();

    @Option(names = "--job", paramLabel = "JOB", description = "Of this job only.")
    private @Nullable String job;

    @Option(names = "--active", description = "Only those that have not ended.")
    private boolean active;

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "20",
        description = "The newest N (default: ${DEFAULT-VALUE}).")
    private int limit = 20;

    @Override
    public Integer call() {
      String query =
          "?limit=%d%s%s"
              .formatted(
                  limit,
                  active ? "&active=true" : "",
                  job == null ? "" : "&job=" + URLEncoder.encode(job, StandardCharsets.UTF_8));
      ControlClient control = asked.control();
      requireJob(control);
      JsonNode answer = control.get("/runs" + query);
      if (asked.json) {
        System.out.println(answer);
        return ExitCode.OK;
      }
      List<List<Object>> rows = new ArrayList<>();
      for (JsonNode run : answer.path("runs")) {
        rows.add(
            List.of(
                run.path("id").asLong(),
                run.path("job").asText(),
                state(run),
                run.path("asked_by").asText(),
                "%d of %d".formatted(run.path("attempt").asInt(), run.path("attempts").asInt()),
                run.path("submitted").asText(),
                run.path("ended").asText(""),
                run.path("message").asText().lines().findFirst().orElse("")));
      }
      new Grid(
              List.of(
                  "run", "job", "state", "asked by", "attempt", "submitted", "ended", "message"),
              rows)
          .print(Format.TABLE, System.out);
      return ExitCode.OK;
    }

    private void requireJob(ControlClient control) {
      if (job == null) {
        return;
      }
      List<String> known = new ArrayList<>();
      control.get("/jobs").path("jobs").forEach(one -> known.add(one.path("name").asText()));
      if (!known.contains(job)) {
        throw new UsageException(
            "There is no job %s. Known are %s.".formatted(job, String.join(", ", known)));
      }
    }
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "A run: what was asked for, what became of it step by step, its result.")
  static final class Show implements Callable<Integer> {
    @Mixin private final Asked asked = new Asked();

    @Parameters(paramLabel = "RUN")
    private long id;

    @Override
    public Integer call() {
      JsonNode run = get(asked.control(), id);
      if (asked.json) {
        System.out.println(run);
        return ExitCode.OK;
      }
      List<List<String>> rows = new ArrayList<>();
      for (String field :
          List.of(
              "job",
              "name",
              "asked_by",
              "parameters",
              "state",
              "message",
              "tables_read",
              "tables_written",
              "result",
              "url")) {
        JsonNode value = run.path(field);
        String text = value.isValueNode() ? value.asText() : value.toString();
        if (!value.isMissingNode() && !value.isNull() && !text.isEmpty()) {
          System.out.println("  %-15s %s".formatted(field.replace('_', ' '), text));
        }
      }
      System.out.println();
      for (JsonNode move : run.path("history")) {
        rows.add(
            List.of(
                move.path("at").asText(),
                move.path("to").asText(),
                move.path("attempt").asText(),
                move.path("message").asText().lines().findFirst().orElse("")));
      }
      new Grid(List.of("at", "state", "attempt", "why"), rows).print(Format.TABLE, System.out);
      return ExitCode.OK;
    }
  }

  @Command(
      name = "logs",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "A run's log.")
  static final class ShowLog implements Callable<Integer> {
    @Mixin private final Asked asked = new Asked();

    @Parameters(paramLabel = "RUN")
    private long id;

    @Option(
        names = {"-f", "--follow"},
        description = "On, as it grows, until the run has ended.")
    private boolean follow;

    @Override
    public Integer call() {
      JsonNode run = get(asked.control(), id);
      StateFolder state = asked.state();
      if (!asked.json) {
        Follow log = new Follow(state, id, System.out);
        if (follow) {
          log.toItsEnd();
        } else {
          log.copy();
        }
        return ExitCode.OK;
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      Follow log = new Follow(state, id, bytes);
      if (follow) {
        run = log.toItsEnd();
      } else {
        log.copy();
      }
      ObjectNode document = Grid.JSON.createObjectNode().put("id", id).put("state", state(run));
      System.out.println(document.put("log", bytes.toString(StandardCharsets.UTF_8)));
      return ExitCode.OK;
    }
  }

  @Command(
      name = "cancel",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description =
          "Ends a run within seconds; the tables stay whole. One that has ended stays as it is.")
  static final class Cancel implements Callable<Integer> {
    @Mixin private final Asked asked = new Asked();

    @Parameters(paramLabel = "RUN")
    private long id;

    @Override
    public Integer call() {
      JsonNode run = change(asked.control(), id, "cancel");
      return print(asked.json, run, "Run %d is %s.".formatted(id, state(run)));
    }
  }

  @Command(
      name = "repair",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description =
          "Begins a run again that has ended FAILED, TIMED_OUT or CANCELED; what it had committed stands.")
  static final class Repair implements Callable<Integer> {
    @Mixin private final Asked asked = new Asked();

    @Parameters(paramLabel = "RUN")
    private long id;

    @Override
    public Integer call() {
      JsonNode run = change(asked.control(), id, "repair");
      return print(
          asked.json,
          run,
          "Run %d is %s again. `pinflow runs logs -f %d` follows it."
              .formatted(id, state(run), id));
    }
  }
}
