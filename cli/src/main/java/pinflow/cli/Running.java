package pinflow.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a running Pinflow says of itself: what {@code pinflow status --json} prints.
 *
 * @param state {@code starting}, {@code ready}, {@code degraded} (a part does not answer) or {@code
 *     stopping}
 * @param addresses by part: gateway, kafka, s3, database, connect, control
 * @param credentials by part, those of the embedded parts and of the source database
 * @param config the configuration that runs are done with; null when there is no file
 */
record Running(
    String state,
    long pid,
    String id,
    Map<String, String> addresses,
    Map<String, Map<String, String>> credentials,
    @Nullable String config) {
  private static final Pattern PORT = Pattern.compile(":(\\d+)(?=/|,|$)");

  /** The port in a part's address; 0 if it has none. */
  int port(String part) {
    Matcher port = PORT.matcher(addresses.getOrDefault(part, ""));
    return port.find() ? Integer.parseInt(port.group(1)) : 0;
  }

  Running withState(String next) {
    return new Running(next, pid, id, addresses, credentials, config);
  }

  /** The same with one more part. */
  Running with(String part, String address, Map<String, String> keys) {
    Map<String, String> allAddresses = new LinkedHashMap<>(addresses);
    allAddresses.put(part, address);
    Map<String, Map<String, String>> allKeys = new LinkedHashMap<>(credentials);
    allKeys.put(part, keys);
    return new Running(state, pid, id, allAddresses, allKeys, config);
  }
}
