package pinflow.control.runs;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for.
 *
 * @param name for people; cut at 255 characters
 * @param askedBy the door that it came through: {@code cli}, {@code schedule}, {@code databricks},
 *     {@code api}
 * @param token the same one again is the same run, at most 255 characters; null for none
 * @param parameters as given, also those that the job does not have
 * @param timeout of an attempt; null for the job's own
 * @param databricks what the Jobs API calls it; null from other doors
 */
public record Submission(
    String job,
    String name,
    String askedBy,
    @Nullable String token,
    Map<String, String> parameters,
    @Nullable Duration timeout,
    @Nullable Databricks databricks) {
  /** The number of a job, and the key of its one task, as the Jobs API knows them. */
  public record Databricks(long jobId, String taskKey) {}

  /** The longest name or token. */
  public static final int LONGEST = 255;

  public Submission {
    name = name.length() > LONGEST ? name.substring(0, LONGEST) : name;
    if (token != null && (token.isEmpty() || token.length() > LONGEST)) {
      throw new RunRefused(
          RunRefused.Reason.BAD_REQUEST,
          "The idempotency token has %d characters; it must have 1 to %d."
              .formatted(token.length(), LONGEST));
    }
    parameters = Map.copyOf(parameters);
  }
}
