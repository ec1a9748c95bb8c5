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
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pinflow.lake.answers.Answers;
import pinflow.lake.batch.Daily;
import pinflow.lake.batch.Replay;
import pinflow.lake.batch.Store;
import pinflow.lake.expect.Expectation;
import pinflow.lake.expect.Expectations;
import pinflow.lake.live.Compare;
import pinflow.lake.live.LiveQueries;
import pinflow.lake.tables.LakeException;
import pinflow.lake.tables.LakeSession;
import pinflow.lake.tables.LakeTables;
import pinflow.lake.tables.Steps;
import pinflow.lake.tables.Upkeep;

/**
 * The lake's process: one request and then commands on standard input, events on standard output, a
 * JSON line each (contracts/lake-job.md); the log on standard error.
 *
 * <p>Ends when its input or its parent process does. The exit code is 0; 2 if something that was
 * asked for was at fault; 1 if something else went wrong.
 */
public final class LakeJob {
  private static final Logger log = LoggerFactory.getLogger(LakeJob.class);
  private static final JsonMapper JSON = new JsonMapper();

  private final Request request;
  private final Events events;
  private final LakeTables tables;
  private final Sql sql;

  private LakeJob(SparkSession spark, Request request, Events events) {
    String location = request.lake().location();
    this.request = request;
    this.events = events;
    this.tables = new LakeTables(spark, location, table -> log.debug("committed to {}", table));
    this.sql = new Sql(spark, location);
  }

  /** Runs to the end of standard input; takes no arguments. */
  public static void main(String[] args) {
    endWithParent();
    Events events =
        new Events(
            new PrintStream(
                new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8));
    System.setOut(System.err);
    System.exit(run(System.in, events));
  }

  /** However the parent ends. */
  static void endWithParent() {
    ProcessHandle.current()
        .parent()
        .ifPresent(parent -> parent.onExit().thenRun(() -> Runtime.getRuntime().halt(1)));
  }

  static int run(InputStream in, Events events) {
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    try {
      Request request = parse(lines.readLine(), Request.class, "request");
      try (LakeSession session = start(request)) {
        return new LakeJob(session.spark(), request, events).serve(lines);
      }
      // Spark throws checked exceptions that it does not declare.
    } catch (Exception e) {
      return failed("start", e, events);
    }
  }

  private static LakeSession start(Request request) {
    String master = Objects.requireNonNullElse(request.lake().master(), "local[*]");
    Store store = request.store();
    return LakeSession.start(master, request.rows(), store == null ? Map.of() : hadoop(store));
  }

  private int serve(BufferedReader lines) throws IOException {
    int exit = 0;
    Daily daily = request.store() == null ? null : new Daily(tables, request.store(), request.id());
    events.ready(secondsSinceStart());
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String job = "command";
      try {
        Command command = parse(line, Command.class, "command");
        if (command instanceof Command.Exit) {
          break;
        }
        job = command.getClass().getSimpleName().toLowerCase(Locale.ROOT);
        events.result(run(command, daily));
      } catch (Exception e) {
        exit = failed(job, e, events);
      }
    }
    return exit;
  }

  private Object run(Command command, @Nullable Daily daily) {
    if (command instanceof Command.Sql query) {
      return sql.run(query.query(), query.limit());
    }
    if (command instanceof Command.Script script) {
      return sql.runAll(script.text(), script.limit(), steps("script"));
    }
    if (command instanceof Command.Compare compare) {
      return new Compare(tables, request.id()).run(compare.limit());
    }
    if (daily == null) {
      throw LakeException.asked(
          "There is nothing to read: the request has no store. Start the process with one.");
    }
    Upkeep upkeep = new Upkeep(tables);
    if (command instanceof Command.Compact) {
      return Map.of("tables", upkeep.compact(steps("compact")));
    }
    if (command instanceof Command.Vacuum vacuum) {
      upkeep.vacuum(
          vacuum.hours(),
          Stream.concat(Answers.tables().stream(), LiveQueries.tables(request.id()).stream())
              .toList(),
          new Answers(tables).pending(daily),
          steps("vacuum"));
      return Map.of("hours", vacuum.hours());
    }
    if (command instanceof Command.Replay replay) {
      return replay(replay, daily);
    }
    return daily((Command.Daily) command, daily);
  }

  private Steps steps(String job) {
    return (name, seconds) -> events.step(job, name, seconds);
  }

  /** Told as the above, and adds them up. */
  private Steps steps(String job, Map<String, Double> seconds) {
    return (name, s) -> {
      seconds.merge(name, s, Double::sum);
      events.step(job, name, s);
    };
  }

  private Map<String, @Nullable Object> daily(Command.Daily asked, Daily daily) {
    Map<String, Double> seconds = new LinkedHashMap<>();
    Steps steps = steps("daily", seconds);
    Daily.Taken taken = daily.run(steps);
    answer(daily, steps);
    Map<String, @Nullable Object> result = new LinkedHashMap<>();
    result.put("batch", taken.batch());
    result.put("objects", taken.objects());
    result.put("events", taken.events());
    result.put("outcomes", taken.outcomes());
    result.put("expectations", expect(asked.expectations(), daily, steps));
    result.put("seconds", seconds);
    return result;
  }

  private Map<String, @Nullable Object> replay(Command.Replay asked, Daily daily) {
    Map<String, Double> seconds = new LinkedHashMap<>();
    Steps steps = steps("replay", seconds);
    Path file = asked.file();
    Replay.Asked which =
        file != null
            ? new Replay.Asked.Mended(file)
            : new Replay.Asked.Matching(
                asked.rule(), asked.table(), Objects.requireNonNullElse(asked.events(), List.of()));
    Replay.Done done = new Replay(tables, daily).run(which, Instant.now(), steps);
    answer(daily, steps);
    Map<String, @Nullable Object> result = new LinkedHashMap<>();
    result.put("batch", done.batch());
    result.put("asked", done.asked());
    result.put("outcomes", done.outcomes());
    result.put("expectations", expect(asked.expectations(), daily, steps));
    result.put("seconds", seconds);
    return result;
  }

  /** Answers the questions anew if the tables have gone on since. */
  private void answer(Daily daily, Steps steps) {
    Answers answers = new Answers(tables);
    long done = daily.done();
    if (done >= 0 && !answers.areOf(done)) {
      LakeSession.fit(tables.spark(), daily.posts());
      steps.time("answers", () -> answers.write(done));
    }
  }

  /** Of tables that are there; the run is done whatever is found. */
  private List<Expectations.Found> expect(
      @Nullable List<Expectation> expectations, Daily daily, Steps steps) {
    if (expectations == null || expectations.isEmpty() || daily.done() < 0) {
      return List.of();
    }
    return steps.time("expectations", () -> new Expectations(tables).check(expectations));
  }

  static <T> T parse(@Nullable String line, Class<T> type, String what) {
    try {
      return JSON.readValue(Objects.requireNonNullElse(line, ""), type);
    } catch (JsonProcessingException e) {
      // Only the first line: the others quote the input, which may hold secrets.
      throw LakeException.asked(
          "The %s is not understood: %s. See contracts/lake-job.md for its form."
              .formatted(what, e.getOriginalMessage().lines().findFirst().orElse("it is empty")),
          e);
    }
  }

  /**
   * @return the exit code
   */
  static int failed(String job, Exception failure, Events events) {
    Throwable cause = failure;
    while (cause.getCause() != null && !(cause instanceof LakeException)) {
      cause = cause.getCause();
    }
    if (cause instanceof LakeException known) {
      events.error(String.valueOf(known.getMessage()), known.user());
      return known.user() ? 2 : 1;
    }
    log.error("{} failed", job, failure);
    events.error(
        "The job %s failed: %s. Spark's log tells more; mend the cause and run the job again, it takes up where it was."
            .formatted(job, cause),
        false);
    return 1;
  }

  static double secondsSinceStart() {
    Instant start = ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
    return Duration.between(start, Instant.now()).toMillis() / 1e3;
  }

  /** S3A's settings for a lake in an object store. */
  static Map<String, String> hadoop(Store store) {
    Map<String, String> settings = new HashMap<>();
    settings.put("fs.s3a.endpoint.region", store.region());
    if (store.endpoint() != null) {
      settings.put("fs.s3a.endpoint", store.endpoint().toString());
      settings.put("fs.s3a.path.style.access", "true");
    }
    if (store.accessKey() != null && store.secretKey() != null) {
      settings.put("fs.s3a.access.key", store.accessKey());
      settings.put("fs.s3a.secret.key", store.secretKey());
    }
    return settings;
  }
}
