package pinflow.control.runs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pinflow.control.jobs.Job;

/** One attempt at a run: a process from its start to its end, or to the reason for ending it. */
final class Attempt {
  private static final Logger logger = LoggerFactory.getLogger(Attempt.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String OURS = "pinflow: ";

  private final Run run;
  private final Job job;
  private final Instant began;
  private final CompletableFuture<Stop> stop = new CompletableFuture<>();

  /** Why a process is ended that has not ended by itself. */
  enum Stop {
    CANCELED,
    TIMED_OUT,
    /** This control process ends. */
    CLOSING,
    /** The run is another's by now. */
    LOST
  }

  /** Of a process for which what was asked for is wrong: it is so the next time, too. */
  private static final int USAGE = 2;

  /**
   * How it ended.
   *
   * @param stop null when by itself
   * @param again whether another attempt may end otherwise
   * @param message empty when it did its work
   */
  record End(
      @Nullable Stop stop, boolean succeeded, boolean again, String message, Run.Output output) {}

  Attempt(Run run, Job job, Instant began) {
    this.run = run;
    this.job = job;
    this.began = began;
  }

  Run run() {
    return run;
  }

  Job job() {
    return job;
  }

  boolean isTimedOut(Instant now) {
    return now.isAfter(began.plus(run.timeout()));
  }

  /** The first reason counts. */
  void stop(Stop reason) {
    stop.complete(reason);
  }

  /**
   * Until the process has ended.
   *
   * @param started told of the process
   */
  End perform(
      Commands commands, RunsConfig config, Path logFile, Consumer<RunProcess.Identity> started) {
    try (RunLog log = new RunLog(logFile, config.logLimit())) {
      log.say(
          "%s: run %d of %s, attempt %d of %d, asked for by %s"
              .formatted(
                  began,
                  run.id(),
                  job.name(),
                  run.attempt(),
                  run.attempts(),
                  run.asked().askedBy()));
      List<String> unknown = job.unknown(run.asked().parameters());
      if (!unknown.isEmpty()) {
        log.say("Not parameters of this job, and left out: " + String.join(", ", unknown));
      }
      Map<String, String> parameters = job.with(run.asked().parameters());
      RunProcess process = RunProcess.start(commands.of(job, parameters), log);
      try {
        started.accept(process.identity());
        CompletableFuture.anyOf(process.onExit(), stop).join();
      } finally {
        process.end(config.patience());
      }
      process.awaitOutput();
      log.finish();
      End end = end(process, log);
      log.say(end.succeeded() ? "Succeeded." : "Ended: " + end.message());
      return end;
    } catch (IOException | RuntimeException e) {
      logger.warn("Run {} could not be run", run.id(), e);
      return failed(
          "The run could not be run: %s. Its log is %s; see also that of `pinflow up`."
              .formatted(e, logFile));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed("The run was interrupted.");
    }
  }

  private static End failed(String message) {
    return new End(null, false, true, message, new Run.Output("", false, null, null));
  }

  private End end(RunProcess process, RunLog log) {
    String text = process.output();
    JsonNode result = json(text.substring(text.lastIndexOf('\n') + 1));
    Run.Output output = output(text, result, process.isTruncated());
    int code = process.exitCode();
    if (code == 0) {
      // What was done is done, whatever was asked for meanwhile.
      return new End(null, true, false, "", output);
    }
    Stop reason = stop.getNow(null);
    String message =
        reason == null
            ? why(code, log.lastLines())
            : switch (reason) {
              case CANCELED -> "Canceled: its process was ended.";
              case TIMED_OUT ->
                  "Not done within its timeout of %s, so its process was ended. Give the job more time (timeout), or see in its log what took so long."
                      .formatted(run.timeout());
              case CLOSING ->
                  "Its control process was closed; the run is taken up again by the next.";
              case LOST -> "Another control process has taken the run up.";
            };
    boolean again = code != USAGE && result.path("again").asBoolean(true);
    return new End(reason, false, again, message, output);
  }

  /** What our own commands say last, or else anybody. */
  private static String why(int code, List<String> lines) {
    for (int i = lines.size() - 1; i >= 0; i--) {
      if (lines.get(i).startsWith(OURS)) {
        return lines.get(i).substring(OURS.length());
      }
    }
    return lines.isEmpty()
        ? "Its process ended with exit code %d and said nothing. Run its command by hand to see why."
            .formatted(code)
        : "Its process ended with exit code %d; the last line of its log is: %s"
            .formatted(code, lines.get(lines.size() - 1));
  }

  private static Run.Output output(String text, JsonNode result, boolean truncated) {
    JsonNode versions = result.path("versions");
    return new Run.Output(
        result.isObject() ? result.toString() : text,
        truncated,
        versions.path("read").isObject() ? versions.path("read").toString() : null,
        versions.path("written").isObject() ? versions.path("written").toString() : null);
  }

  private static JsonNode json(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      return JSON.missingNode(); // a user's program may print what it likes
    }
  }
}
