package pinflow.control.databricks;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pinflow.control.Answer;
import pinflow.control.Call;
import pinflow.control.runs.Run;
import pinflow.control.runs.RunState;
import pinflow.control.runs.Runs;
import pinflow.control.runs.Submission;

/** {@code jobs/runs/…} and {@code jobs/run-now}. */
final class RunsApi {
  private static final int LOG_TAIL = 64 * 1024;

  /** A run has fewer repairs than that, so numbers of repairs are one each. */
  private static final long REPAIRS = 1_000;

  private final Runs runs;
  private final JobCatalog catalog;
  private final RunJson json;

  RunsApi(Runs runs, JobCatalog catalog, RunJson json) {
    this.runs = runs;
    this.catalog = catalog;
    this.json = json;
  }

  Answer submit(Call call) {
    String name = call.text("run_name");
    String shown = name == null ? "Untitled" : name;
    TaskSpec task = TaskSpec.of(call.fields(), shown, runs.jobs());
    long job = catalog.ofConfigured(task.job().name()).orElseThrow().id();
    Run run = submit(call, task, shown, job, Map.of());
    return Answer.json(object().put("run_id", run.id()));
  }

  Answer runNow(Call call) {
    JobCatalog.Entry entry = entry(call);
    TaskSpec task = TaskSpec.of(entry.settings(), entry.name(), runs.jobs());
    Map<String, String> given = new TreeMap<>();
    for (String field : List.of("notebook_params", "job_parameters")) {
      given.putAll(Call.texts(field, call.fields().path(field)));
    }
    for (String field : List.of("jar_params", "python_params", "spark_submit_params")) {
      if (call.fields().path(field).isArray()) {
        given.put("args", call.fields().path(field).toString());
      }
    }
    Run run = submit(call, task, entry.name(), entry.id(), given);
    return Answer.json(object().put("run_id", run.id()).put("number_in_job", run.id()));
  }

  private JobCatalog.Entry entry(Call call) {
    String name = call.text("job_name");
    if (call.text("job_id") == null && name != null) {
      List<JobCatalog.Entry> named = catalog.list(name, 2, 0);
      if (named.size() == 1) {
        return named.get(0);
      }
      throw Call.invalid(
          "job_name is '%s', which %s. Known are %s."
              .formatted(
                  name,
                  named.isEmpty() ? "no job has" : "several jobs have; give job_id",
                  String.join(", ", runs.jobs().names())));
    }
    return JobsApi.entry(catalog, call.number("job_id"));
  }

  private Run submit(Call call, TaskSpec task, String name, long job, Map<String, String> given) {
    Map<String, String> parameters = new TreeMap<>(task.parameters());
    parameters.putAll(given);
    String key =
        task.key().length() > Submission.LONGEST
            ? task.key().substring(0, Submission.LONGEST)
            : task.key();
    return runs.submit(
        new Submission(
            task.job().name(),
            name,
            askedBy(call),
            call.text("idempotency_token"),
            parameters,
            task.timeout(),
            new Submission.Databricks(job, key)));
  }

  /** Airflow's provider calls itself databricks-airflow/7.23.0. */
  private static String askedBy(Call call) {
    return call.userAgent().startsWith("databricks-airflow/") ? "airflow" : "databricks";
  }

  Answer get(Call call) {
    Run run = runs.get(call.number("run_id"));
    ObjectNode body = json.of(run);
    if (call.is("include_history")) {
      ArrayNode history = body.putArray("repair_history");
      history.addObject().put("type", "ORIGINAL").put("id", run.id());
      for (long id = 1; id <= repairs(run); id++) {
        history.addObject().put("type", "REPAIR").put("id", run.id() * REPAIRS + id);
      }
    }
    return Answer.json(body);
  }

  private long repairs(Run run) {
    return runs.history(run.id()).stream()
        .filter(move -> move.from() != null && move.from().isFinal())
        .count();
  }

  Answer output(Call call) {
    Run run = runs.get(call.number("run_id"));
    Runs.LogPiece all = runs.log(run.id(), Long.MAX_VALUE, 0);
    Runs.LogPiece tail = runs.log(run.id(), all.next() - LOG_TAIL, LOG_TAIL);
    return Answer.json(json.output(run, tail.bytes()));
  }

  Answer list(Call call) {
    int limit = call.number("limit", 20, 1, 1000);
    int offset = offset(call);
    Boolean active =
        call.is("active_only") ? Boolean.TRUE : call.is("completed_only") ? Boolean.FALSE : null;
    String job = call.text("job_id");
    Runs.Filter filter = filter(job == null ? null : Call.parse("job_id", job), active);
    List<Run> found =
        runs.list(
            new Runs.Filter(
                filter.job(), filter.jobId(), active, Long.MAX_VALUE, limit + 1, offset));
    ObjectNode body = object();
    ArrayNode shown = body.putArray("runs");
    found.stream().limit(limit).forEach(run -> shown.add(json.of(run)));
    return Answer.json(paged(body, found.size() > limit, offset + limit));
  }

  /** Runs of a job of ours, whoever asked for them; or those that a client's job has. */
  private Runs.Filter filter(@Nullable Long id, @Nullable Boolean active) {
    String name =
        id == null ? null : catalog.find(id).map(JobCatalog.Entry::configured).orElse(null);
    return new Runs.Filter(
        name, name == null ? id : null, active, Long.MAX_VALUE, Integer.MAX_VALUE, 0);
  }

  static int offset(Call call) {
    String token = call.text("page_token");
    return token == null
        ? call.number("offset", 0, 0, 1_000_000_000)
        : (int) Math.min(1_000_000_000, Math.max(0, Call.parse("page_token", token)));
  }

  static ObjectNode paged(ObjectNode body, boolean more, int next) {
    body.put("has_more", more);
    if (more) {
      body.put("next_page_token", Integer.toString(next));
    }
    return body;
  }

  Answer cancel(Call call) {
    runs.cancel(call.number("run_id"));
    return Answer.empty();
  }

  Answer cancelAll(Call call) {
    boolean all = call.text("job_id") == null;
    if (all && !call.is("all_queued_runs")) {
      throw Call.invalid("job_id is missing; or all_queued_runs must be true.");
    }
    Long id = all ? null : JobsApi.entry(catalog, call.number("job_id")).id();
    for (Run run : runs.list(filter(id, true))) {
      if (!all || run.state() == RunState.QUEUED) {
        runs.cancel(run.id());
      }
    }
    return Answer.empty();
  }

  Answer delete(Call call) {
    runs.delete(call.number("run_id"));
    return Answer.empty();
  }

  Answer repair(Call call) {
    Run run = runs.repair(call.number("run_id"));
    return Answer.json(object().put("repair_id", run.id() * REPAIRS + repairs(run)));
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
