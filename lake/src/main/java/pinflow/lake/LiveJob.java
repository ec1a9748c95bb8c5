package pinflow.lake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import pinflow.lake.live.LiveQueries;
import pinflow.lake.rules.Cleaning;
import pinflow.lake.tables.LakeException;
import pinflow.lake.tables.LakeSession;

/**
 * The live way's process: one request on standard input, then events on standard output, a JSON
 * line each (contracts/lake-job.md); the log on standard error.
 *
 * <p>Runs until its input ends or says {@code exit}, or its parent process is gone. The exit code
 * is 0; 2 if the request was at fault; 1 if something else went wrong at the start.
 */
public final class LiveJob {
  private static final JsonMapper JSON = new JsonMapper();

  private LiveJob() {}

  /** Runs to the end of standard input; takes no arguments. */
  public static void main(String[] args) {
    LakeJob.endWithParent();
    Events events =
        new Events(
            new PrintStream(
                new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8));
    System.setOut(System.err);
    System.exit(run(System.in, events));
  }

  static int run(InputStream in, Events events) {
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    try {
      LiveRequest request = LakeJob.parse(lines.readLine(), LiveRequest.class, "request");
      expectTables(request.checkpoints());
      try (LakeSession session = start(request)) {
        events.ready(LakeJob.secondsSinceStart());
        try (LiveQueries queries = queries(request, session, events)) {
          awaitExit(lines, events);
        }
        return 0;
      }
      // Spark throws checked exceptions that it does not declare.
    } catch (Exception e) {
      return LakeJob.failed("live", e, events);
    }
  }

  private static void expectTables(Map<String, String> checkpoints) {
    if (checkpoints.isEmpty() || !Cleaning.TABLES.containsAll(checkpoints.keySet())) {
      throw LakeException.asked(
          "The request's checkpoints are of %s; they must be of one or more of %s."
              .formatted(checkpoints.keySet(), Cleaning.TABLES));
    }
  }

  private static LakeSession start(LiveRequest request) {
    boolean isLocal =
        request.checkpoints().values().stream().allMatch(folder -> folder.startsWith("file:"));
    return LakeSession.startLive(
        Objects.requireNonNullElse(request.lake().master(), "local[*]"),
        isLocal,
        request.store() == null ? Map.of() : LakeJob.hadoop(request.store()));
  }

  private static LiveQueries queries(LiveRequest request, LakeSession session, Events events) {
    return LiveQueries.start(
        session.spark(),
        request.id(),
        request.lake().location(),
        request.kinesis(),
        request.checkpoints(),
        request.compactAfter(),
        events::progress);
  }

  private static void awaitExit(BufferedReader lines, Events events) throws IOException {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (isExit(line)) {
        return;
      }
      events.error(
          "The command is not understood; there is {\"job\":\"exit\"} only. See contracts/lake-job.md.",
          true);
    }
  }

  private static boolean isExit(String line) {
    try {
      return JSON.readTree(line).path("job").asText().equals("exit");
    } catch (JsonProcessingException e) {
      return false;
    }
  }
}
