package pinflow.control.jobs;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The jobs there are: the built-in ones, and the configured ones over them. */
public final class Jobs {
  private static final List<JobKind> BUILT_IN =
      List.of(JobKind.DAILY, JobKind.COMPACT, JobKind.VACUUM, JobKind.AUDIT);

  private final Map<String, Job> byName = new LinkedHashMap<>();
  private final Map<String, String> notebooks;

  /**
   * @param configured one of a built-in name takes its place
   * @param notebooks paths of Databricks notebooks and the names of the jobs that they stand for; a
   *     path that is not among them stands for the job that its last segment names
   * @throws IllegalArgumentException when two have one name, or a notebook names no job
   */
  public Jobs(List<Job> configured, Map<String, String> notebooks) {
    for (JobKind kind : BUILT_IN) {
      byName.put(kind.text(), Job.of(kind.text(), kind));
    }
    Map<String, Job> own = new LinkedHashMap<>();
    for (Job job : configured) {
      if (own.put(job.name(), job) != null) {
        throw new IllegalArgumentException(
            "jobs.name is %s, which another job has; give one of them another name"
                .formatted(job.name()));
      }
    }
    byName.putAll(own);
    this.notebooks = Map.copyOf(notebooks);
    notebooks.forEach(
        (path, job) -> {
          if (!byName.containsKey(job)) {
            throw new IllegalArgumentException(
                "control.notebooks has %s for %s, which is no job; known are %s"
                    .formatted(job, path, String.join(", ", byName.keySet())));
          }
        });
  }

  public Collection<Job> all() {
    return byName.values();
  }

  public Collection<String> names() {
    return byName.keySet();
  }

  public Optional<Job> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** The job of a notebook's path: as configured, else by its last segment, without an ending. */
  public Optional<Job> ofNotebook(String path) {
    String canonical = path.strip().replaceAll("/+$", "");
    String mapped = notebooks.containsKey(path) ? notebooks.get(path) : notebooks.get(canonical);
    if (mapped != null) {
      return find(mapped);
    }
    String last = canonical.replaceAll(".*/", "");
    return find(last.replaceFirst("(?i)\\.(py|sql|scala|r|ipynb)$", "").toLowerCase(Locale.ROOT));
  }
}
