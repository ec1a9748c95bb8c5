package pinflow.control.databricks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pinflow.control.Call;
import pinflow.control.jobs.Job;
import pinflow.control.jobs.Jobs;

/**
 * The one task of what a client submits or creates, and the job of ours that it names.
 *
 * @param key of the task; the run's name if it has none
 * @param timeout null if none is asked for
 */
record TaskSpec(Job job, String key, Map<String, String> parameters, @Nullable Duration timeout) {

  /**
   * @param settings with {@code tasks}, or with a task's own fields
   * @param name of the run or the job
   * @throws pinflow.control.ApiException when it has several tasks, or none that names a job
   */
  static TaskSpec of(ObjectNode settings, String name, Jobs jobs) {
    JsonNode tasks = settings.path("tasks");
    if (tasks.size() > 1) {
      throw Call.invalid(
          "tasks has %d tasks, and a run of Pinflow is one. Submit a run for each."
              .formatted(tasks.size()));
    }
    JsonNode task = tasks.isArray() && !tasks.isEmpty() ? tasks.get(0) : settings;
    String key = task.path("task_key").asText(name);
    Map<String, String> parameters =
        new TreeMap<>(
            Call.texts(
                "notebook_task.base_parameters",
                task.path("notebook_task").path("base_parameters")));
    for (String kind : new String[] {"spark_jar_task", "spark_python_task", "spark_submit_task"}) {
      JsonNode arguments = task.path(kind).path("parameters");
      if (!arguments.isMissingNode()) {
        parameters.put("args", arguments.toString());
      }
    }
    return new TaskSpec(job(task, jobs), key, parameters, timeout(task, settings));
  }

  private static Job job(JsonNode task, Jobs jobs) {
    String notebook = task.path("notebook_task").path("notebook_path").asText();
    if (!notebook.isEmpty()) {
      return known("notebook_task.notebook_path", notebook, jobs.ofNotebook(notebook), jobs);
    }
    String python = task.path("spark_python_task").path("python_file").asText();
    if (!python.isEmpty()) {
      return known("spark_python_task.python_file", python, jobs.ofNotebook(python), jobs);
    }
    String main = task.path("spark_jar_task").path("main_class_name").asText();
    if (!main.isEmpty()) {
      return known("spark_jar_task.main_class_name", main, jobs.ofNotebook(main), jobs);
    }
    JsonNode arguments = task.path("spark_submit_task").path("parameters");
    for (JsonNode argument : arguments) {
      Optional<Job> named = jobs.ofNotebook(argument.asText().replaceFirst("\\.jar$", ""));
      if (named.isPresent()) {
        return named.get();
      }
    }
    if (!arguments.isMissingNode()) {
      return known("spark_submit_task.parameters", arguments.toString(), Optional.empty(), jobs);
    }
    throw Call.invalid(
        "notebook_task is missing; a run needs notebook_task.notebook_path, whose last segment names one of the jobs %s."
            .formatted(String.join(", ", jobs.names())));
  }

  private static Job known(String field, String value, Optional<Job> job, Jobs jobs) {
    return job.orElseThrow(
        () ->
            Call.invalid(
                "%s is '%s', which is no job here. The last segment must be one of %s; or map it with control.notebooks in pinflow.yaml."
                    .formatted(field, value, String.join(", ", jobs.names()))));
  }

  private static @Nullable Duration timeout(JsonNode task, JsonNode settings) {
    String field = "timeout_seconds";
    String text = task.path(field).asText(settings.path(field).asText("0"));
    long seconds = Call.parse(field, text);
    if (seconds < 0 || seconds > Duration.ofDays(30).toSeconds()) {
      throw Call.invalid(
          "%s is %d; it must be 0 (the job's own) to 2592000, 30 days.".formatted(field, seconds));
    }
    return seconds == 0 ? null : Duration.ofSeconds(seconds);
  }
}
