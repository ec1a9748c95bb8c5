package pinflow.platform;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Loopback ports, looked at before a server is started on them: servers' own failures name neither
 * port nor key.
 */
public final class Ports {

  /**
   * Below the ranges from which systems take ports for outgoing connections (Linux from 32768,
   * macOS from 49152).
   */
  private static final int LOWEST = 15_000;

  private static final int HIGHEST = 32_000;

  private Ports() {}

  /**
   * The port itself, if it is free, or any free one for 0.
   *
   * @throws PlatformException if the port is taken, naming it and its key in pinflow.yaml
   */
  public static int claim(int port, String key) {
    if (port == 0) {
      return ThreadLocalRandom.current()
          .ints(LOWEST, HIGHEST)
          .limit(1_000)
          .filter(Ports::isFree)
          .findFirst()
          .orElseThrow(
              () ->
                  new PlatformException(
                      "No free port was found for " + key + "; set it in pinflow.yaml."));
    }
    if (!isFree(port)) {
      throw new PlatformException(
          "Port %d (%s) is taken by another process; end that one, set another %s, or use --ports auto."
              .formatted(port, key, key));
    }
    return port;
  }

  /** What is started on a port. */
  interface Start<T, E extends Exception> {
    T on(int port) throws E;
  }

  /**
   * Starts a part on the port, or on any free one for 0: on another then, if someone took the port
   * between the look at it and the start.
   *
   * @throws PlatformException as {@link #claim}
   */
  static <T, E extends Exception> T start(int port, String key, Start<T, E> start) throws E {
    int claimed = claim(port, key);
    while (true) {
      try {
        return start.on(claimed);
      } catch (Exception e) {
        if (port != 0 || isFree(claimed)) {
          throw e;
        }
        claimed = claim(port, key);
      }
    }
  }

  /**
   * Whether a server could listen on this loopback port now.
   *
   * @throws PlatformException when that cannot be tried
   */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      // As the servers do: a port whose last connections are still in TIME_WAIT is free.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (BindException e) {
      return false;
    } catch (IOException e) {
      throw new PlatformException(
          "Port %d cannot be looked at: %s".formatted(port, e.getMessage()), e);
    }
  }
}
