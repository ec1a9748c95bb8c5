package pinflow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import pinflow.audit.Answers;
import pinflow.audit.Answers.Answer;
import pinflow.control.SparkProcess;

@Command(
    name = "query",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Prints answers of the last daily run, or asks the tables anything.")
final class QueryCommand implements Callable<Integer> {
  @Mixin private final Options options = new Options();

  @Parameters(arity = "0..1", paramLabel = "NAME", description = "An answer, such as top_country.")
  private @Nullable String name;

  @Option(names = "--all", description = "All answers.")
  private boolean all;

  @Option(
      names = "--sql",
      paramLabel = "QUERY",
      description = "SQL on pin, geo, user, quarantine, events and answers.<name>; starts Spark.")
  private @Nullable String sql;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "At most N rows of --sql (default: ${DEFAULT-VALUE}).",
      defaultValue = "1000")
  private int limit;

  @Option(
      names = "--format",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
      defaultValue = "TABLE")
  private Format format = Format.TABLE;

  @Override
  public Integer call() {
    StateFolder state = options.state();
    Places places = Places.of(options.config(), state, Connections.store(options.config(), state));
    PrintStream out = System.out;
    if (sql != null) {
      ask(places, state, sql).print(format, out);
      return ExitCode.OK;
    }
    Answers answers = new Answers(places.tables());
    if (name == null) {
      List<Answer> every = answers.all();
      if (all) {
        printAll(every, out);
      } else {
        every.forEach(answer -> out.println(answer.name()));
        options.steps().say("Print one with `pinflow query NAME`, all with --all.");
      }
      return ExitCode.OK;
    }
    Answer answer =
        answers
            .find(name)
            .orElseThrow(
                () ->
                    new UsageException(
                        "There is no answer \"%s\". There are: %s."
                            .formatted(
                                name,
                                String.join(
                                    ", ", answers.all().stream().map(Answer::name).toList()))));
    printOne(answer, out);
    return ExitCode.OK;
  }

  private void printAll(List<Answer> answers, PrintStream out) {
    if (format == Format.JSON) {
      out.println(Grid.json(AnswerText.json(answers)));
      return;
    }
    for (Answer answer : answers) {
      out.println((format == Format.CSV ? "# " : "") + answer.name());
      printOne(answer, out);
      out.println();
    }
  }

  private void printOne(Answer answer, PrintStream out) {
    if (format == Format.JSON) {
      out.println(Grid.json(AnswerText.json(answer)));
      return;
    }
    new Grid(answer.columns(), answer.rows()).print(format, out);
    if (format == Format.TABLE) {
      out.println(AnswerText.counts(answer));
    }
  }

  private Grid ask(Places places, StateFolder state, String query) {
    ObjectNode command =
        new JsonMapper()
            .createObjectNode()
            .put("job", "sql")
            .put("query", query)
            .put("limit", limit);
    try (SparkProcess spark = places.spark(state, 0, SparkProcess.Start.QUICK)) {
      JsonNode result = spark.run(command, (step, seconds) -> {});
      if (result.path("truncated").asBoolean()) {
        System.err.println(
            "pinflow: only the first %,d rows are shown; see --limit.".formatted(limit));
      }
      return grid(result);
    }
  }

  /** The answer of the lake's process to SQL. */
  static Grid grid(JsonNode result) {
    List<String> columns = new ArrayList<>();
    result.path("columns").forEach(column -> columns.add(column.path("name").asText()));
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (JsonNode row : result.path("rows")) {
      List<@Nullable Object> values = new ArrayList<>();
      row.forEach(value -> values.add(Grid.JSON.convertValue(value, Object.class)));
      rows.add(values);
    }
    return new Grid(columns, rows);
  }
}
