package pinflow.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;

/** Results of runs, for people. */
final class RunWords {
  private RunWords() {}

  /** The result of a run as control has it; an empty text if there is none. */
  static JsonNode result(JsonNode run) {
    String text = run.path("result").asText("");
    try {
      JsonNode result = Grid.JSON.readTree(text);
      return result.isObject() ? result : Grid.JSON.getNodeFactory().textNode(text);
    } catch (JsonProcessingException e) {
      return Grid.JSON.getNodeFactory().textNode(text); // a user's program prints what it likes
    }
  }

  static void print(JsonNode result, PrintStream out) {
    switch (result.path("job").asText("")) {
      case "daily" -> out.println(daily(result));
      case "vacuum" ->
          out.println(
              "Deleted what versions older than %s hours alone needed."
                  .formatted(result.path("hours").asDouble()));
      case "compact" ->
          result
              .path("tables")
              .properties()
              .forEach(
                  table ->
                      out.println(
                          "%s: %,d files instead of %,d"
                              .formatted(
                                  table.getKey(),
                                  table.getValue().path("added").asLong(),
                                  table.getValue().path("removed").asLong())));
      case "audit" ->
          out.println(
              result.path("good").asBoolean()
                  ? "Nothing is lost and nothing is counted twice."
                  : "%,d faults; `pinflow audit` shows them."
                      .formatted(result.path("faults").size()));
      case "spark-sql" -> QueryCommand.grid(result).print(Format.TABLE, out);
      default -> {
        if (!result.asText("").isEmpty()) {
          out.println(result.asText());
        } else if (result.isObject()) {
          out.println(result);
        }
      }
    }
  }

  private static String daily(JsonNode result) {
    return result.path("batch").isNull()
        ? "Nothing new in the bucket; the tables and answers stand."
        : "Batch %d: %,d events from %,d objects. See the answers with `pinflow query --all`."
            .formatted(
                result.path("batch").asLong(),
                result.path("events").asLong(),
                result.path("objects").asLong());
  }
}
