package pinflow.cli.doctor;

import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import pinflow.cli.doctor.Python.Kind;
import pinflow.cli.doctor.Python.Token;

/** When an Airflow DAG runs, by its text. */
public record DagSchedule(Path file, LocalDate today) implements Check {
  /** Before it no Airflow ran. */
  private static final int FIRST_YEAR = 1970;

  @Override
  public String name() {
    return "dag";
  }

  @Override
  public List<Finding> find() throws IOException {
    Python dag = Python.read(file);
    List<Finding> findings = new ArrayList<>();
    for (int at : dag.valuesOf("schedule_interval")) {
      scheduleInterval(dag, at).ifPresent(findings::add);
    }
    for (int at : dag.valuesOf("start_date")) {
      date(dag, at).flatMap(start -> start(dag, at, start)).ifPresent(findings::add);
    }
    for (int at : dag.valuesOf("end_date")) {
      date(dag, at)
          .filter(end -> end.isBefore(today))
          .ifPresent(end -> findings.add(ended(dag, at, end)));
    }
    return findings;
  }

  /** Nothing of a variable of that name. */
  private Optional<Finding> scheduleInterval(Python dag, int at) {
    String what = "%s: schedule_interval is given.".formatted(dag.place(at));
    String fix =
        "Write schedule=… instead, in the DAG's own arguments; Airflow 2.4 and newer take it.";
    return switch (dag.bracket(at)) {
      case "(" ->
          Optional.of(
              Finding.error(
                  name(),
                  what,
                  "Airflow 3 has removed it: the file is not imported (TypeError: unexpected keyword argument), and the DAG is gone.",
                  fix));
      case "{" ->
          Optional.of(
              Finding.warning(
                  name(),
                  what,
                  "In default_args the DAG does not see it; handed on to the DAG it fails in Airflow 3.",
                  fix));
      default -> Optional.empty();
    };
  }

  private Optional<Finding> start(Python dag, int at, LocalDate start) {
    if (start.getYear() < FIRST_YEAR) {
      return Optional.of(
          Finding.error(
              name(),
              "%s: start_date is in the year %d.".formatted(dag.place(at), start.getYear()),
              "Airflow counts from there: unless it is told catchup=False, it starts a run for each of some %,d days."
                  .formatted(ChronoUnit.DAYS.between(start, today)),
              start.getYear() < 100
                  ? "Write the year in full: datetime(%d, …).".formatted(2000 + start.getYear())
                  : "Write the day from which it is to run."));
    }
    long missed = ChronoUnit.DAYS.between(start, today);
    Optional<Boolean> catchup = catchup(dag);
    if (missed <= 1 || catchup.equals(Optional.of(false)) || !isScheduled(dag)) {
      return Optional.empty();
    }
    return Optional.of(
        Finding.warning(
            name(),
            "%s: start_date %s is %,d days past, and catchup %s."
                .formatted(
                    dag.place(at),
                    start,
                    missed,
                    catchup.isPresent() ? "is on" : "is not set, which in Airflow 2 means on"),
            "As soon as the DAG is unpaused Airflow starts a run for every interval since.",
            "Write catchup=False in the DAG's arguments, or a start_date of today."));
  }

  private Finding ended(Python dag, int at, LocalDate end) {
    return Finding.warning(
        name(),
        "%s: end_date %s is past.".formatted(dag.place(at), end),
        "Airflow shows the DAG and never starts it again.",
        "Take end_date out, or write a later one.");
  }

  /** What is written; nothing if it is not. */
  private static Optional<Boolean> catchup(Python dag) {
    List<Integer> values = dag.valuesOf("catchup");
    if (values.stream().anyMatch(at -> dag.at(at).isName("True"))) {
      return Optional.of(true);
    }
    return values.stream().anyMatch(at -> dag.at(at).isName("False"))
        ? Optional.of(false)
        : Optional.empty();
  }

  private static boolean isScheduled(Python dag) {
    List<Integer> values = new ArrayList<>(dag.valuesOf("schedule"));
    values.addAll(dag.valuesOf("schedule_interval"));
    return values.isEmpty() || !values.stream().allMatch(at -> dag.at(at).isName("None"));
  }

  /**
   * Such as {@code pendulum.datetime(2024, 7, 29, tz="UTC")}; nothing if it is written otherwise.
   */
  private static Optional<LocalDate> date(Python dag, int from) {
    int at = from;
    while (dag.at(at).kind() == Kind.NAME && dag.at(at + 1).is(".")) {
      at += 2;
    }
    Token type = dag.at(at);
    boolean isDate = type.isName("datetime") || type.isName("date") || type.isName("DateTime");
    if (!isDate || !dag.at(at + 1).is("(")) {
      return Optional.empty();
    }
    List<Integer> parts = new ArrayList<>();
    List<String> names = List.of("year", "month", "day");
    for (int argument = at + 2; parts.size() < 3; argument += 2) {
      if (dag.at(argument).isName(names.get(parts.size())) && dag.at(argument + 1).is("=")) {
        argument += 2;
      }
      Token number = dag.at(argument);
      if (number.kind() != Kind.NUMBER
          || !number.text().matches("\\d{1,4}")
          || !dag.isEnd(argument + 1)) {
        break;
      }
      parts.add(Integer.parseInt(number.text()));
      if (!dag.at(argument + 1).is(",")) {
        break;
      }
    }
    try {
      return parts.isEmpty()
          ? Optional.empty()
          : Optional.of(
              LocalDate.of(
                  parts.get(0),
                  parts.size() > 1 ? parts.get(1) : 1,
                  parts.size() > 2 ? parts.get(2) : 1));
    } catch (DateTimeException e) {
      // Python refuses it too, and Airflow shows that.
      return Optional.empty();
    }
  }
}
