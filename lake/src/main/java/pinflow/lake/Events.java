package pinflow.lake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The events on standard output, a JSON line each (contracts/lake-job.md). */
final class Events {
  private static final JsonMapper JSON = new JsonMapper();

  private final PrintStream out;

  /**
   * @param out to which nobody else writes
   */
  Events(PrintStream out) {
    this.out = out;
  }

  /** The session has started and commands are taken; in seconds since the start of the JVM. */
  void ready(double seconds) {
    print("ready", Map.of("seconds", seconds));
  }

  /** A step of a job has ended. */
  void step(String job, String name, double seconds) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("job", job);
    fields.put("name", name);
    fields.put("seconds", seconds);
    print("step", fields);
  }

  /** A command has ended well. */
  void result(Object result) {
    print("result", JSON.convertValue(result, Map.class));
  }

  /** A stream's query has got on, or has failed. */
  void progress(Map<String, @Nullable Object> progress) {
    print("progress", progress);
  }

  /** A command has failed. */
  void error(String message, boolean user) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("message", message);
    fields.put("user", user);
    print("error", fields);
  }

  private void print(String event, Map<String, @Nullable Object> fields) {
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("event", event);
    line.putAll(fields);
    try {
      out.println(JSON.writeValueAsString(line));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
    out.flush();
  }
}
