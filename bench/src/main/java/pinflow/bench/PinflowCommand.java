package pinflow.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import pinflow.control.Installation;

/**
 * {@code ./pinflow} on a state folder, as a user types it.
 *
 * @param place takes the state and what the commands print
 */
record PinflowCommand(Workplace place) {
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * What a command printed, and how long it took.
   *
   * @param seconds from its start to its end, its JVM's start included
   */
  record Ended(String printed, double seconds) {
    JsonNode json() throws IOException {
      return JSON.readTree(printed);
    }
  }

  /**
   * Runs a command to its end.
   *
   * @throws IllegalStateException with its words when it does not end well
   */
  Ended run(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of(Installation.current().home().resolve("pinflow").toString()));
    command.addAll(List.of(arguments));
    command.addAll(List.of("-q", "--dir", place.resolve("state").toString()));
    Path out = place.resolve("out.txt");
    Path err = place.resolve("err.txt");
    long began = System.nanoTime();
    int exit =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start()
            .waitFor();
    double seconds = (System.nanoTime() - began) / 1e9;
    if (exit != 0) {
      throw new IllegalStateException(
          "`%s` ended with %d: %s%s"
              .formatted(
                  String.join(" ", arguments), exit, Files.readString(err), Files.readString(out)));
    }
    return new Ended(Files.readString(out), seconds);
  }
}
