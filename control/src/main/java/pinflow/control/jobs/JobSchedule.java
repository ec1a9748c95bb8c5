package pinflow.control.jobs;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * When a job is due by itself.
 *
 * @param catchUp what becomes of due times that passed while no control ran
 */
public record JobSchedule(Cron cron, CatchUp catchUp) {
  /** What becomes of due times that were missed. */
  public enum CatchUp {
    /** Nothing. */
    @JsonProperty("none")
    NONE,
    /** One run, for the last of them. */
    @JsonProperty("latest")
    LATEST,
    /** A run for each. */
    @JsonProperty("all")
    ALL
  }

  /**
   * As it stands in {@code pinflow.yaml}.
   *
   * @param zone UTC if it is not said
   * @param catchUp {@code latest} if it is not said
   */
  @JsonCreator
  public static JobSchedule of(
      @JsonProperty("cron") @Nullable String cron,
      @JsonProperty("zone") @Nullable String zone,
      @JsonProperty("catch-up") @Nullable CatchUp catchUp) {
    if (cron == null) {
      throw new IllegalArgumentException(
          "schedule.cron is missing; it must be five fields, such as 30 2 * * *");
    }
    return new JobSchedule(
        new Cron(cron, zone == null ? "UTC" : zone), catchUp == null ? CatchUp.LATEST : catchUp);
  }
}
