package pinflow.control.runs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows of the database as records. */
final class RunRows {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RunRows() {}

  static Run run(ResultSet row) throws SQLException {
    Submission asked =
        new Submission(
            row.getString("job"),
            row.getString("name"),
            row.getString("asked_by"),
            row.getString("token"),
            parameters(row.getString("parameters")),
            Duration.ofMillis(row.getLong("timeout_ms")),
            databricks(row));
    return new Run(
        row.getLong("id"),
        asked,
        RunState.valueOf(row.getString("state")),
        row.getInt("attempt"),
        row.getInt("attempts"),
        Instant.ofEpochMilli(row.getLong("submitted")),
        Instant.ofEpochMilli(row.getLong("due")),
        instant(row, "started"),
        instant(row, "ended"),
        row.getString("message"),
        output(row),
        held(row));
  }

  private static Submission.@Nullable Databricks databricks(ResultSet row) throws SQLException {
    String key = row.getString("task_key");
    return key == null ? null : new Submission.Databricks(row.getLong("job_id"), key);
  }

  private static Run.@Nullable Output output(ResultSet row) throws SQLException {
    String result = row.getString("result");
    return result == null
        ? null
        : new Run.Output(
            result,
            row.getInt("truncated") != 0,
            row.getString("tables_read"),
            row.getString("tables_written"));
  }

  private static Run.@Nullable Held held(ResultSet row) throws SQLException {
    String owner = row.getString("owner");
    Instant leaseUntil = instant(row, "lease_until");
    Instant began = instant(row, "pid_started");
    return owner == null || leaseUntil == null
        ? null
        : new Run.Held(
            owner,
            row.getString("host"),
            leaseUntil,
            began == null ? null : new RunProcess.Identity(row.getLong("pid"), began));
  }

  static Run.Move move(ResultSet row) throws SQLException {
    String from = row.getString("from_state");
    return new Run.Move(
        Instant.ofEpochMilli(row.getLong("at_ms")),
        from == null ? null : RunState.valueOf(from),
        RunState.valueOf(row.getString("to_state")),
        row.getInt("attempt"),
        row.getString("message"));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? null : Instant.ofEpochMilli(millis);
  }

  static String json(Map<String, String> parameters) {
    try {
      return JSON.writeValueAsString(parameters);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, String> parameters(String json) {
    try {
      return JSON.readValue(json, new TypeReference<>() {});
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The parameters of a run are no JSON: " + json, e);
    }
  }
}
