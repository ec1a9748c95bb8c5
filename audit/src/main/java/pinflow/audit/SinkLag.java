package pinflow.audit;

import java.time.Duration;
import java.util.Collection;

/**
 * How far the sink is behind the log, by what it has committed to the broker, seconds ago at most.
 */
public final class SinkLag {
  private SinkLag() {}

  /**
   * @param bootstrap the broker's address
   * @param connector the sink's name
   * @return records of the topics that are in the log and, as far as the sink has said, in no
   *     object
   * @throws AuditException when the broker does not answer in time or a topic is not there
   */
  public static long records(
      String bootstrap, String connector, Collection<String> topics, Duration patience) {
    try (LogOffsets log = new LogOffsets(bootstrap, patience)) {
      return log.uncommitted("connect-" + connector, topics);
    }
  }
}
