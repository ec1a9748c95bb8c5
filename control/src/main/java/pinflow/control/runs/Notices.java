package pinflow.control.runs;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pinflow.control.jobs.Job;
import pinflow.control.jobs.Jobs;
import pinflow.control.jobs.OnFailure;

/** Tells whom a job names of runs that have failed; once, and again if control dies meanwhile. */
final class Notices implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Notices.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
  private static final Duration COMMAND_WITHIN = Duration.ofMinutes(1);

  /** Longer than all attempts together may take. */
  private static final Duration TAKEN_FOR = Duration.ofMinutes(10);

  private static final RetryPolicy<Object> AGAIN =
      RetryPolicy.builder()
          .handle(IOException.class)
          .withBackoff(Duration.ofSeconds(1), Duration.ofSeconds(30))
          .withJitter(0.2)
          .withMaxRetries(4)
          .build();

  private final NoticeRows rows;
  private final Jobs jobs;
  private final LongFunction<Path> logFile;
  private final InstantSource clock;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(ANSWER_WITHIN).build();
  private volatile boolean closing;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "run-notices");
            thread.setDaemon(true);
            return thread;
          });

  Notices(NoticeRows rows, Jobs jobs, LongFunction<Path> logFile, InstantSource clock) {
    this.rows = rows;
    this.jobs = jobs;
    this.logFile = logFile;
    this.clock = clock;
  }

  /** Those that are due, from a thread of their own. */
  void give(Instant now) {
    for (Run run : rows.take(now, now.plus(TAKEN_FOR))) {
      thread.execute(() -> give(run));
    }
  }

  private void give(Run run) {
    OnFailure told = jobs.find(run.job()).map(Job::onFailure).orElse(null);
    if (told != null) {
      byte[] body = body(run).toString().getBytes(StandardCharsets.UTF_8);
      URI webhook = told.webhook();
      if (webhook != null) {
        attempt(run, "webhook " + webhook, () -> post(webhook, body));
      }
      if (!told.command().isEmpty()) {
        attempt(run, "command " + told.command().get(0), () -> call(told.command(), body));
      }
    }
    if (!closing) { // else it may have been cut short
      rows.given(run.id());
    }
  }

  private interface Telling {
    void tell() throws IOException, InterruptedException;
  }

  private void attempt(Run run, String who, Telling telling) {
    String said;
    try {
      Failsafe.with(AGAIN).run(telling::tell);
      said = "On failure: told %s.".formatted(who);
    } catch (FailsafeException e) {
      if (closing) {
        return;
      }
      said =
          "On failure: %s could not be told: %s. Check on-failure of job %s."
              .formatted(who, e.getCause(), run.job());
      logger.warn("Run {}: {}", run.id(), said);
    }
    try {
      Files.writeString(
          logFile.apply(run.id()),
          clock.instant() + ": " + said + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      logger.warn("The log of run {} cannot be written", run.id(), e);
    }
  }

  /** As docs/jobs.md says. */
  private static ObjectNode body(Run run) {
    ObjectNode body = JSON.createObjectNode();
    body.put("event", "run.failed").put("run_id", run.id()).put("job", run.job());
    body.put("run_name", run.asked().name()).put("asked_by", run.asked().askedBy());
    body.put("state", run.state().name()).put("message", run.message());
    body.put("attempt", run.attempt()).put("attempts", run.attempts());
    body.put("submitted", run.submitted().toString());
    body.put("started", run.started() == null ? null : run.started().toString());
    body.put("ended", run.ended() == null ? null : run.ended().toString());
    run.asked().parameters().forEach(body.putObject("parameters")::put);
    return body;
  }

  private void post(URI webhook, byte[] body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(webhook)
            .timeout(ANSWER_WITHIN)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    if (status / 100 != 2) {
      throw new IOException("it answered " + status);
    }
  }

  private static void call(List<String> command, byte[] body)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (var in = process.getOutputStream()) {
      in.write(body);
    } catch (IOException e) {
      logger.debug("The command does not read what it is told", e); // which it need not
    }
    if (!process.waitFor(COMMAND_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new IOException("it had not ended after " + COMMAND_WITHIN);
    }
    if (process.exitValue() != 0) {
      throw new IOException("it ended with exit code " + process.exitValue());
    }
  }

  /** What is not told yet is told by the next control process. */
  @Override
  public void close() {
    closing = true;
    thread.shutdownNow();
  }
}
