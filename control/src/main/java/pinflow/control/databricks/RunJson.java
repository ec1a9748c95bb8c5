package pinflow.control.databricks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import pinflow.control.PageLinks;
import pinflow.control.runs.Run;
import pinflow.control.runs.RunState;
import pinflow.control.runs.Submission;

/** A run as the Jobs API shows it. */
final class RunJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final PageLinks links;
  private final InstantSource clock;
  private final ToLongFunction<Run> jobIds;

  /**
   * @param jobIds the number of a run's job
   */
  RunJson(PageLinks links, InstantSource clock, ToLongFunction<Run> jobIds) {
    this.links = links;
    this.clock = clock;
    this.jobIds = jobIds;
  }

  ObjectNode of(Run run) {
    ObjectNode json = JSON.createObjectNode();
    long job = jobIds.applyAsLong(run);
    json.put("job_id", job).put("run_id", run.id()).put("number_in_job", run.id());
    json.put("original_attempt_run_id", run.id()).put("run_name", run.asked().name());
    json.put("run_page_url", links.of(run.id())).put("run_type", "SUBMIT_RUN");
    json.put("creator_user_name", run.asked().askedBy()).put("format", "MULTI_TASK");
    json.set("state", state(run));
    Instant now = clock.instant();
    times(json, run, now);
    ObjectNode task = json.putArray("tasks").addObject().put("run_id", run.id());
    task.put("task_key", key(run)).put("attempt_number", Math.max(0, run.attempt() - 1));
    ObjectNode notebook = task.putObject("notebook_task");
    notebook.put("notebook_path", "/" + run.job());
    run.asked().parameters().forEach(notebook.putObject("base_parameters")::put);
    task.set("state", state(run));
    times(task, run, now);
    return json;
  }

  /** What a task is called when its client has not said it. */
  private static String key(Run run) {
    Submission.Databricks databricks = run.asked().databricks();
    return databricks == null ? run.asked().name() : databricks.taskKey();
  }

  private static void times(ObjectNode json, Run run, Instant now) {
    Instant started = run.started() == null ? run.submitted() : run.started();
    Instant ended = run.ended();
    Instant until = ended == null ? now : ended;
    long took = Math.max(0, until.toEpochMilli() - started.toEpochMilli());
    json.put("start_time", started.toEpochMilli());
    json.put("end_time", ended == null ? 0 : ended.toEpochMilli());
    json.put("setup_duration", 0).put("cleanup_duration", 0);
    json.put("execution_duration", took).put("run_duration", took);
  }

  private static ObjectNode state(Run run) {
    ObjectNode state = JSON.createObjectNode();
    state.put("life_cycle_state", States.lifeCycle(run.state()));
    String result = States.result(run.state());
    if (result != null) {
      state.put("result_state", result);
    }
    return state.put("state_message", run.message()).put("user_cancelled_or_timedout", ended(run));
  }

  private static boolean ended(Run run) {
    return run.state() == RunState.CANCELED || run.state() == RunState.TIMED_OUT;
  }

  /**
   * @param log the end of its log
   */
  ObjectNode output(Run run, byte[] log) {
    ObjectNode json = JSON.createObjectNode();
    json.set("metadata", of(run));
    Run.@Nullable Output output = run.output();
    if (output != null) {
      json.putObject("notebook_output")
          .put("result", output.result())
          .put("truncated", output.truncated());
    }
    String text = new String(log, StandardCharsets.UTF_8);
    json.put("logs", text).put("logs_truncated", false);
    if (run.state().isFinal() && run.state() != RunState.SUCCEEDED) {
      json.put("error", run.message()).put("error_trace", text);
    }
    return json;
  }
}
