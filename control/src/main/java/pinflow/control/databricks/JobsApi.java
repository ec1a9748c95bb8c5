package pinflow.control.databricks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import pinflow.control.Answer;
import pinflow.control.ApiError;
import pinflow.control.ApiException;
import pinflow.control.Call;
import pinflow.control.PageLinks;
import pinflow.control.Routes;
import pinflow.control.databricks.JobCatalog.Entry;
import pinflow.control.runs.ControlDatabase;
import pinflow.control.runs.Run;
import pinflow.control.runs.Runs;
import pinflow.control.runs.Submission;

/**
 * The Jobs API, as Apache Airflow's Databricks provider and Databricks' own clients use it, under
 * {@code /api/2.0}, {@code /api/2.1} and {@code /api/2.2} alike. Its shapes are in contracts:
 * databricks.
 */
public final class JobsApi {
  private static final List<String> VERSIONS = List.of("/api/2.0", "/api/2.1", "/api/2.2");

  private final Runs runs;
  private final JobCatalog catalog;
  private final RunsApi runsApi;

  /** Of jobs of ours, which keep them. */
  private final Map<String, Long> numbers = new ConcurrentHashMap<>();

  /**
   * @param links to the pages of runs
   */
  public JobsApi(Runs runs, ControlDatabase database, PageLinks links, InstantSource clock) {
    this.runs = runs;
    this.catalog = new JobCatalog(database.jdbi(), runs.jobs(), clock);
    this.runsApi = new RunsApi(runs, catalog, new RunJson(links, clock, this::jobId));
  }

  private long jobId(Run run) {
    Submission.Databricks databricks = run.asked().databricks();
    return databricks != null
        ? databricks.jobId()
        : numbers.computeIfAbsent(
            run.job(), job -> catalog.ofConfigured(job).map(Entry::id).orElse(0L));
  }

  public void register(Routes routes) {
    add(routes, "/jobs/runs/submit", "POST", runsApi::submit);
    add(routes, "/jobs/run-now", "POST", runsApi::runNow);
    add(routes, "/jobs/runs/get", "GET", runsApi::get);
    add(routes, "/jobs/runs/get-output", "GET", runsApi::output);
    add(routes, "/jobs/runs/list", "GET", runsApi::list);
    add(routes, "/jobs/runs/cancel", "POST", runsApi::cancel);
    add(routes, "/jobs/runs/cancel-all", "POST", runsApi::cancelAll);
    add(routes, "/jobs/runs/delete", "POST", runsApi::delete);
    add(routes, "/jobs/runs/repair", "POST", runsApi::repair);
    add(routes, "/jobs/list", "GET", this::list);
    add(routes, "/jobs/get", "GET", this::get);
    add(routes, "/jobs/create", "POST", this::create);
    add(routes, "/jobs/reset", "POST", call -> change(call, false));
    add(routes, "/jobs/update", "POST", call -> change(call, true));
    add(routes, "/jobs/delete", "POST", this::delete);
    for (String method : new String[] {"PATCH", "PUT"}) {
      add(routes, "/permissions/jobs/{id}", method, call -> Answer.empty());
    }
    Cluster.register((path, method, handler) -> add(routes, path, method, handler));
  }

  private static void add(
      Routes routes, String path, String method, Function<Call, Answer> handler) {
    VERSIONS.forEach(version -> routes.add(method, version + path, handler));
  }

  static Entry entry(JobCatalog catalog, long id) {
    return catalog
        .find(id)
        .orElseThrow(
            () ->
                new ApiException(
                    ApiError.RESOURCE_DOES_NOT_EXIST,
                    "Job %d does not exist. See jobs/list for those that do.".formatted(id)));
  }

  private Answer list(Call call) {
    int limit = call.number("limit", 25, 1, 1000);
    int offset = RunsApi.offset(call);
    List<Entry> found = catalog.list(call.text("name"), limit + 1, offset);
    ObjectNode body = object();
    ArrayNode jobs = body.putArray("jobs");
    found.stream().limit(limit).forEach(entry -> jobs.add(json(entry, call.is("expand_tasks"))));
    return Answer.json(RunsApi.paged(body, found.size() > limit, offset + limit));
  }

  private Answer get(Call call) {
    return Answer.json(json(entry(catalog, call.number("job_id")), true));
  }

  private static ObjectNode json(Entry entry, boolean tasks) {
    ObjectNode settings = entry.settings().deepCopy();
    if (!tasks) {
      settings.remove("tasks");
    }
    ObjectNode json = object().put("job_id", entry.id());
    json.put("creator_user_name", entry.configured() == null ? "databricks" : "pinflow.yaml");
    json.put("created_time", entry.created().toEpochMilli());
    json.set("settings", settings);
    return json;
  }

  private Answer create(Call call) {
    ObjectNode settings = call.fields();
    String name = settings.path("name").asText("Untitled");
    requireName(name);
    TaskSpec.of(settings, name, runs.jobs());
    return Answer.json(object().put("job_id", catalog.create(name, settings.put("name", name))));
  }

  private static void requireName(String name) {
    if (name.isEmpty() || name.length() > Submission.LONGEST) {
      throw Call.invalid(
          "name has %d characters; it must have 1 to %d."
              .formatted(name.length(), Submission.LONGEST));
    }
  }

  /**
   * @param update whether what is not given stays as it was
   */
  private Answer change(Call call, boolean update) {
    Entry entry = clients(call);
    JsonNode given = call.fields().path("new_settings");
    ObjectNode settings = update ? entry.settings().deepCopy() : object();
    if (given instanceof ObjectNode fields) {
      settings.setAll(fields);
    }
    String name = settings.path("name").asText(entry.name());
    requireName(name);
    TaskSpec.of(settings, name, runs.jobs());
    catalog.change(entry.id(), name, settings.put("name", name));
    return Answer.empty();
  }

  private Answer delete(Call call) {
    catalog.delete(clients(call).id());
    return Answer.empty();
  }

  /** A job that may be changed here. */
  private Entry clients(Call call) {
    Entry entry = entry(catalog, call.number("job_id"));
    if (entry.configured() != null) {
      throw new ApiException(
          ApiError.INVALID_PARAMETER_VALUE,
          "Job %d, %s, stands in pinflow.yaml or is built in. Change it there."
              .formatted(entry.id(), entry.name()));
    }
    return entry;
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
