package pinflow.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import pinflow.control.jobs.Job;
import pinflow.control.runs.Run;
import pinflow.control.runs.Runs;
import pinflow.control.runs.Submission;
import pinflow.control.schedule.Schedules;

/** Our own API under {@code /control/v1}, for the commands (docs/jobs.md has its shapes). */
final class ControlApi {
  private static final int LOG_PIECE = 256 * 1024;

  private final Runs runs;
  private final Schedules schedules;
  private final PageLinks links;

  ControlApi(Runs runs, Schedules schedules, PageLinks links) {
    this.runs = runs;
    this.schedules = schedules;
    this.links = links;
  }

  void register(Routes routes) {
    add(routes, "GET", "/jobs", call -> jobs());
    add(routes, "POST", "/runs", this::submit);
    add(routes, "GET", "/runs", this::list);
    add(routes, "GET", "/runs/{id}", call -> Answer.json(whole(runs.get(id(call)))));
    add(routes, "GET", "/runs/{id}/log", this::log);
    add(routes, "POST", "/runs/{id}/cancel", call -> Answer.json(json(runs.cancel(id(call)))));
    add(routes, "POST", "/runs/{id}/repair", call -> Answer.json(json(runs.repair(id(call)))));
    add(routes, "GET", "/schedules", call -> schedules());
    add(routes, "GET", "/schedules/{job}/next", this::next);
    add(routes, "POST", "/schedules/{job}/pause", call -> one(call, schedules::pause));
    add(routes, "POST", "/schedules/{job}/resume", call -> one(call, schedules::resume));
  }

  private static void add(
      Routes routes, String method, String path, Function<Call, Answer> handler) {
    routes.add(method, "/control/v1" + path, handler);
  }

  private static long id(Call call) {
    return Call.parse("run", call.part("id"));
  }

  private Answer jobs() {
    ObjectNode body = Answer.JSON.createObjectNode();
    ArrayNode jobs = body.putArray("jobs");
    for (Job job : runs.jobs().all()) {
      ObjectNode json = jobs.addObject().put("name", job.name()).put("kind", job.kind().text());
      job.parameters().forEach(json.putObject("parameters")::put);
    }
    return Answer.json(body);
  }

  private Answer submit(Call call) {
    String job = call.text("job");
    if (job == null) {
      throw Call.invalid(
          "job is missing; it must be one of %s."
              .formatted(String.join(", ", runs.jobs().names())));
    }
    Map<String, String> parameters = Call.texts("parameters", call.fields().path("parameters"));
    List<String> unknown =
        runs.jobs().find(job).map(found -> found.unknown(parameters)).orElse(List.of());
    if (!unknown.isEmpty()) {
      throw Call.invalid(
          "parameters has %s, and job %s has no such parameter, but %s."
              .formatted(
                  String.join(", ", unknown),
                  job,
                  runs.jobs().find(job).orElseThrow().parameters().keySet()));
    }
    String by = call.text("asked_by");
    String name = call.text("name");
    String seconds = call.text("timeout_seconds");
    Run run =
        runs.submit(
            new Submission(
                job,
                name == null ? job : name,
                by == null || !by.matches("[a-z]{1,16}") ? "api" : by,
                call.text("idempotency_token"),
                parameters,
                seconds == null ? null : timeout(Call.parse("timeout_seconds", seconds)),
                null));
    return Answer.json(json(run));
  }

  private static Duration timeout(long seconds) {
    if (seconds < 1 || seconds > Duration.ofDays(30).toSeconds()) {
      throw Call.invalid(
          "timeout_seconds is %d; it must be 1 to 2592000, 30 days.".formatted(seconds));
    }
    return Duration.ofSeconds(seconds);
  }

  private Answer list(Call call) {
    int limit = call.number("limit", 20, 1, 1000);
    Boolean active = call.text("active") == null ? null : Boolean.valueOf(call.is("active"));
    long before = call.number("before", Long.MAX_VALUE);
    ObjectNode body = Answer.JSON.createObjectNode();
    ArrayNode found = body.putArray("runs");
    runs.list(new Runs.Filter(call.text("job"), null, active, before, limit, 0))
        .forEach(run -> found.add(json(run)));
    return Answer.json(body);
  }

  private Answer log(Call call) {
    int most = call.number("limit", LOG_PIECE, 1, LOG_PIECE);
    Runs.LogPiece piece = runs.log(id(call), call.number("offset", 0L), most);
    return new Answer(
        200,
        "text/plain; charset=utf-8",
        piece.bytes(),
        Map.of(
            "Pinflow-Log-Next", Long.toString(piece.next()),
            "Pinflow-Log-Ended", Boolean.toString(piece.ended())));
  }

  private Answer schedules() {
    ObjectNode body = Answer.JSON.createObjectNode();
    ArrayNode all = body.putArray("schedules");
    schedules.list().forEach(state -> all.add(json(state)));
    return Answer.json(body);
  }

  private Answer one(Call call, Function<String, java.util.Optional<Schedules.State>> what) {
    String job = call.part("job");
    return Answer.json(what.apply(job).map(ControlApi::json).orElseThrow(() -> unscheduled(job)));
  }

  private Answer next(Call call) {
    String job = call.part("job");
    if (schedules.find(job).isEmpty()) {
      throw unscheduled(job);
    }
    ObjectNode body = Answer.JSON.createObjectNode().put("job", job);
    ArrayNode next = body.putArray("next");
    schedules.next(job, call.number("count", 5, 1, 1000)).forEach(due -> next.add(due.toString()));
    return Answer.json(body);
  }

  private ApiException unscheduled(String job) {
    return new ApiException(
        ApiError.RESOURCE_DOES_NOT_EXIST,
        "Job %s has no schedule. Those that have one: %s."
            .formatted(job, schedules.list().stream().map(Schedules.State::job).toList()));
  }

  private static ObjectNode json(Schedules.State state) {
    ObjectNode json = Answer.JSON.createObjectNode().put("job", state.job());
    json.put("cron", state.schedule().cron().expression());
    json.put("zone", state.schedule().cron().zone());
    json.put("catch_up", state.schedule().catchUp().name().toLowerCase(java.util.Locale.ROOT));
    json.put("paused", state.paused());
    return json.put("next", text(state.next()));
  }

  private ObjectNode json(Run run) {
    ObjectNode json = Answer.JSON.createObjectNode().put("id", run.id()).put("job", run.job());
    json.put("name", run.asked().name()).put("asked_by", run.asked().askedBy());
    run.asked().parameters().forEach(json.putObject("parameters")::put);
    json.put("state", run.state().name()).put("final", run.state().isFinal());
    json.put("attempt", run.attempt()).put("attempts", run.attempts());
    json.put("submitted", run.submitted().toString()).put("started", text(run.started()));
    json.put("ended", text(run.ended())).put("message", run.message());
    return json.put("url", links.of(run.id()));
  }

  private ObjectNode whole(Run run) {
    ObjectNode json = json(run);
    Run.Output output = run.output();
    if (output != null) {
      json.put("result", output.result()).put("truncated", output.truncated());
      put(json, "tables_read", output.tablesRead());
      put(json, "tables_written", output.tablesWritten());
    }
    ArrayNode history = json.putArray("history");
    for (Run.Move move : runs.history(run.id())) {
      ObjectNode step = history.addObject().put("at", move.at().toString());
      step.put("from", move.from() == null ? null : move.from().name());
      step.put("to", move.to().name()).put("attempt", move.attempt());
      step.put("message", move.message());
    }
    return json;
  }

  private static void put(ObjectNode json, String name, @Nullable String text) {
    try {
      json.set(name, text == null ? null : Answer.JSON.readTree(text));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }
}
