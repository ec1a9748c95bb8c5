package pinflow.control;

import java.net.InetAddress;
import java.net.UnknownHostException;
import pinflow.control.runs.RunsConfig;

/**
 * The settings of control: section {@code control} of {@code pinflow.yaml}.
 *
 * @param host the loopback address or name to listen on
 * @param port 0 takes a free one
 * @param token asked of every request, as {@code Bearer} or as the password of user {@code token}
 */
public record ControlConfig(String host, int port, String token, RunsConfig runs) {
  /**
   * @throws IllegalArgumentException naming the key
   */
  public ControlConfig {
    if (!isLoopback(host)) {
      throw new IllegalArgumentException(
          "control.host is %s; it must be a loopback address, such as 127.0.0.1: tokens travel in the clear"
              .formatted(host));
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException(
          "control.port is %d; it must be 0 (any free port) to 65535".formatted(port));
    }
    if (!token.matches("[!-~]{8,}")) {
      throw new IllegalArgumentException(
          "control.token has %d characters; it must have 8 or more, without spaces"
              .formatted(token.length()));
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return !host.isBlank() && InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false; // the message says what would do
    }
  }

  @Override
  public String toString() {
    return "ControlConfig[" + host + ":" + port + ", " + runs + "]";
  }
}
