package pinflow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.List;

/** What the lake's process was told to expect of the tables, and what it found. */
final class Expected {
  private Expected() {}

  /** Adds expectations to a command. */
  static ObjectNode of(List<Expectation> expectations, ObjectNode command) {
    ArrayNode list = command.putArray("expectations");
    expectations.forEach(expectation -> list.add(expectation.json()));
    return command;
  }

  /**
   * Says which are broken.
   *
   * @param result of a run
   * @return the run's exit code
   */
  static int report(JsonNode result, PrintStream out) {
    int code = ExitCode.OK;
    for (JsonNode expectation : result.path("expectations")) {
      if (!expectation.path("holds").asBoolean()) {
        boolean fails = expectation.path("onFailure").asText().equals("fail");
        code = fails ? ExitCode.NEGATIVE : code;
        out.println(
            "%s: expected that %s; %,d of %,d do not keep it."
                .formatted(
                    fails ? "FAILED" : "Flagged",
                    expectation.path("expected").asText(),
                    expectation.path("broken").asLong(),
                    expectation.path("of").asLong()));
      }
    }
    if (code != ExitCode.OK) {
      out.println("All of the run was committed and is kept; only its exit code is 1.");
    }
    return code;
  }
}
