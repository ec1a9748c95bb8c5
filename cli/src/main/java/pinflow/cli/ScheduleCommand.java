package pinflow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "schedule",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "When jobs run by themselves; pinflow.yaml says it, under jobs.",
    subcommands = {
      ScheduleCommand.ListSchedules.class,
      ScheduleCommand.Pause.class,
      ScheduleCommand.Resume.class,
      ScheduleCommand.Next.class
    })
final class ScheduleCommand {
  private ScheduleCommand() {}

  private static String path(String job, String what) {
    return "/schedules/%s/%s".formatted(URLEncoder.encode(job, StandardCharsets.UTF_8), what);
  }

  private static int print(JsonNode schedules, boolean json, JsonNode document) {
    if (json) {
      System.out.println(document);
      return ExitCode.OK;
    }
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode schedule : schedules) {
      rows.add(
          List.of(
              schedule.path("job").asText(),
              schedule.path("cron").asText(),
              schedule.path("zone").asText(),
              schedule.path("catch_up").asText(),
              schedule.path("paused").asBoolean() ? "paused" : schedule.path("next").asText()));
    }
    if (rows.isEmpty()) {
      System.out.println(
          "No job has a schedule. Give one to it in pinflow.yaml: jobs: [{name: daily, schedule: {cron: \"30 2 * * *\"}}].");
    } else {
      new Grid(List.of("job", "cron", "zone", "catch-up", "next"), rows)
          .print(Format.TABLE, System.out);
    }
    return ExitCode.OK;
  }

  private static int change(Asked asked, String job, String what) {
    JsonNode schedule = asked.control().post(path(job, what), Grid.JSON.createObjectNode());
    return print(Grid.JSON.createArrayNode().add(schedule), asked.json, schedule);
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "The schedules, and when each is due next.")
  static final class ListSchedules implements Callable<Integer> {
    @Mixin private final Asked asked = new Asked();

    @Override
    public Integer call() {
      JsonNode document = asked.control().get("/schedules");
      return print(document.path("schedules"), asked.json, document);
    }
  }

  @Command(
      name = "pause",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "Due times pass without runs, until it is resumed; also after a restart.")
  static final class Pause implements Callable<Integer> {
    @Mixin private final Asked asked = new Asked();

    @Parameters(paramLabel = "JOB")
    private String job = "";

    @Override
    public Integer call() {
      return change(asked, job, "pause");
    }
  }

  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "Due times make runs again; those that passed meanwhile are not caught up.")
  static final class Resume implements Callable<Integer> {
    @Mixin private final Asked asked = new Asked();

    @Parameters(paramLabel = "JOB")
    private String job = "";

    @Override
    public Integer call() {
      return change(asked, job, "resume");
    }
  }

  @Command(
      name = "next",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "When a job, or each that has a schedule, is due next.")
  static final class Next implements Callable<Integer> {
    @Mixin private final Asked asked = new Asked();

    @Parameters(arity = "0..*", paramLabel = "JOB")
    private List<String> jobs = new ArrayList<>();

    @Option(
        names = "--count",
        paramLabel = "N",
        defaultValue = "5",
        description = "So many times (default: ${DEFAULT-VALUE}).")
    private int count = 5;

    @Override
    public Integer call() {
      ControlClient control = asked.control();
      if (jobs.isEmpty()) {
        control
            .get("/schedules")
            .path("schedules")
            .forEach(schedule -> jobs.add(schedule.path("job").asText()));
      }
      ObjectNode document = Grid.JSON.createObjectNode();
      var all = document.putArray("schedules");
      jobs.forEach(job -> all.add(control.get(path(job, "next?count=" + count))));
      if (asked.json) {
        System.out.println(document);
        return ExitCode.OK;
      }
      List<List<String>> rows = new ArrayList<>();
      all.forEach(
          schedule ->
              schedule
                  .path("next")
                  .forEach(due -> rows.add(List.of(schedule.path("job").asText(), due.asText()))));
      new Grid(List.of("job", "due"), rows).print(Format.TABLE, System.out);
      return ExitCode.OK;
    }
  }
}
