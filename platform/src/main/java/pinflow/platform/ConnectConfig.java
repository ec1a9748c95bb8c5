package pinflow.platform;

/**
 * The Connect worker that runs the sink.
 *
 * @param url of a worker's REST API, or {@code embedded}
 * @param port the embedded worker's
 */
public record ConnectConfig(String url, int port) {
  public ConnectConfig {
    Check.url("connect.url", url);
    Check.port("connect.port", port);
  }
}
