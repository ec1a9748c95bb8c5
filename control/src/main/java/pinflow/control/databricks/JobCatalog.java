package pinflow.control.databricks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;
import pinflow.control.jobs.Job;
import pinflow.control.jobs.Jobs;

/**
 * Jobs as the Jobs API numbers them: ours, which keep their numbers, and those that clients create,
 * each of which names one of ours by its task.
 */
final class JobCatalog {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Jdbi jdbi;
  private final InstantSource clock;

  /**
   * @param configured the name of ours; null for a client's
   */
  record Entry(
      long id, @Nullable String configured, String name, Instant created, ObjectNode settings) {}

  JobCatalog(Jdbi jdbi, Jobs jobs, InstantSource clock) {
    this.jdbi = jdbi;
    this.clock = clock;
    for (Job job : jobs.all()) {
      if (ofConfigured(job.name()).isEmpty()) {
        try {
          insert(job.name(), job.name(), settings(job));
        } catch (UnableToExecuteStatementException e) {
          if (ofConfigured(job.name()).isEmpty()) { // else another control process has made it
            throw e;
          }
        }
      }
    }
  }

  private static ObjectNode settings(Job job) {
    ObjectNode settings = JSON.createObjectNode().put("name", job.name());
    ObjectNode task = settings.putArray("tasks").addObject().put("task_key", job.name());
    task.putObject("notebook_task").put("notebook_path", "/" + job.name());
    return settings;
  }

  Optional<Entry> ofConfigured(String job) {
    return select("configured = :value", job, 1, 0).stream().findFirst();
  }

  Optional<Entry> find(long id) {
    return select("id = :value", id, 1, 0).stream().findFirst();
  }

  /**
   * @param name null for all
   */
  List<Entry> list(@Nullable String name, int limit, int offset) {
    return name == null
        ? select(":value = 1", 1, limit, offset)
        : select("LOWER(name) = LOWER(:value)", name, limit, offset);
  }

  private List<Entry> select(String where, Object value, int limit, int offset) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT * FROM databricks_jobs WHERE %s ORDER BY id LIMIT :limit OFFSET :offset"
                        .formatted(where))
                .bind("value", value)
                .bind("limit", limit)
                .bind("offset", offset)
                .map(
                    (row, context) ->
                        new Entry(
                            row.getLong("id"),
                            row.getString("configured"),
                            row.getString("name"),
                            Instant.ofEpochMilli(row.getLong("created")),
                            parsed(row.getString("settings"))))
                .list());
  }

  private static ObjectNode parsed(String settings) {
    try {
      return (ObjectNode) JSON.readTree(settings);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A job's settings are no JSON: " + settings, e);
    }
  }

  long create(String name, ObjectNode settings) {
    return insert(null, name, settings);
  }

  private long insert(@Nullable String configured, String name, ObjectNode settings) {
    return jdbi.withHandle(
        handle ->
            handle
                .createUpdate(
                    """
                    INSERT INTO databricks_jobs (configured, name, created, settings)
                    VALUES (:configured, :name, :created, :settings)
                    """)
                .bind("configured", configured)
                .bind("name", name)
                .bind("created", clock.millis())
                .bind("settings", settings.toString())
                .executeAndReturnGeneratedKeys("id")
                .mapTo(Long.class)
                .one());
  }

  void change(long id, String name, ObjectNode settings) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    "UPDATE databricks_jobs SET name = :name, settings = :settings WHERE id = :id AND configured IS NULL")
                .bind("id", id)
                .bind("name", name)
                .bind("settings", settings.toString())
                .execute());
  }

  void delete(long id) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate("DELETE FROM databricks_jobs WHERE id = :id AND configured IS NULL")
                .bind("id", id)
                .execute());
  }
}
