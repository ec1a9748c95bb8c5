package pinflow.control.jobs;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is told when a run ends FAILED or TIMED_OUT (docs/jobs.md has the body).
 *
 * @param webhook takes a POST of it
 * @param command takes it on its standard input; empty for none
 */
public record OnFailure(@Nullable URI webhook, List<String> command) {
  /**
   * @throws IllegalArgumentException naming the key
   */
  public OnFailure {
    command = List.copyOf(command);
    if (webhook != null
        && (webhook.getHost() == null || !String.valueOf(webhook.getScheme()).matches("https?"))) {
      throw new IllegalArgumentException(
          "on-failure.webhook is %s; it must be an address like https://host/path"
              .formatted(webhook));
    }
    if (webhook == null && command.isEmpty()) {
      throw new IllegalArgumentException(
          "on-failure.webhook is missing; on-failure has webhook, command or both");
    }
  }

  /** As it stands in {@code pinflow.yaml}. */
  @JsonCreator
  static OnFailure of(
      @JsonProperty("webhook") @Nullable URI webhook,
      @JsonProperty("command") @Nullable List<String> command) {
    return new OnFailure(webhook, command == null ? List.of() : command);
  }
}
