package pinflow.control.runs;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import pinflow.control.jobs.Job;

/**
 * How a job is done: as a process of its own. It takes nothing from its standard input and ends
 * when that ends; writes its result to its standard output, a JSON object on the last line at best,
 * and all else to its standard error, why it failed as the last line that begins with {@code
 * pinflow:}. Its exit code is 0 when it has done its work. With 2, what was asked for is wrong, it
 * is not tried again; nor when its result says {@code "again": false}.
 */
public interface Commands {
  /**
   * A process to start.
   *
   * @param line program and arguments; no secrets, others see it
   * @param environment over this process' own
   * @param folder in which it starts
   */
  record Command(List<String> line, Map<String, String> environment, Path folder) {
    public Command {
      line = List.copyOf(line);
      environment = Map.copyOf(environment);
    }
  }

  /**
   * The command of a job.
   *
   * @param parameters all that the job has, by name; an empty value is as if it was not given
   */
  Command of(Job job, Map<String, String> parameters);
}
