package pinflow.cli;

import java.util.Map;

/**
 * What a running Pinflow says of itself: what {@code pinflow status --json} prints.
 *
 * @param state {@code starting}, {@code ready}, {@code degraded} (a part does not answer) or {@code
 *     stopping}
 * @param addresses by part: gateway, kafka, s3, database, connect
 * @param credentials by part, those of the embedded parts and of the source database
 */
record Running(
    String state,
    long pid,
    String id,
    Map<String, String> addresses,
    Map<String, Map<String, String>> credentials) {
  Running withState(String next) {
    return new Running(next, pid, id, addresses, credentials);
  }
}
