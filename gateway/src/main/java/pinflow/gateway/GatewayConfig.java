package pinflow.gateway;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/**
 * The gateway's settings: section {@code gateway} of {@code pinflow.yaml}.
 *
 * @param host the loopback address or name to listen on; any other is refused while the gateway has
 *     no credentials to ask for
 * @param port 0 takes a free one
 * @param bootstrap addresses of Kafka brokers, {@code host:port} joined by commas
 * @param maxRequestBytes a larger body is answered 413
 * @param maxInFlightBytes bodies, their records (1 KiB each, for what a record costs beyond its
 *     bytes) and answers of the consumer API held at one time, over all connections; beyond it
 *     requests are answered 429
 * @param maxConnections beyond it a new connection is closed at once
 * @param requestDeadline a request is answered within it, whatever the broker does
 * @param idempotencyWindow how long an Idempotency-Key is remembered, by the time of its first use
 * @param idempotencyKeys how many keys are remembered, the newest; records under keys are bounded
 *     to ten times as many
 * @param consumerInstances how many instances of the consumer API may live at one time
 */
public record GatewayConfig(
    String host,
    int port,
    String bootstrap,
    long maxRequestBytes,
    long maxInFlightBytes,
    int maxConnections,
    Duration requestDeadline,
    Duration idempotencyWindow,
    long idempotencyKeys,
    int consumerInstances) {

  private static final long MIB = 1024 * 1024;

  public GatewayConfig {
    require(
        isLoopback(host),
        "host",
        host,
        "a loopback address: without credentials the gateway does not listen elsewhere; use 127.0.0.1");
    require(port >= 0 && port <= 65_535, "port", port, "between 0 (any free port) and 65535");
    require(
        !bootstrap.isBlank(),
        "bootstrap",
        "'" + bootstrap + "'",
        "the brokers' addresses, such as 127.0.0.1:9092");
    require(
        maxRequestBytes >= 1024 && maxRequestBytes <= 1024 * MIB,
        "maxRequestBytes",
        maxRequestBytes,
        "between 1 KiB and 1 GiB");
    require(
        maxInFlightBytes >= maxRequestBytes,
        "maxInFlightBytes",
        maxInFlightBytes,
        "at least max-request-bytes ("
            + maxRequestBytes
            + "), or no request of that size could ever be taken");
    require(maxConnections >= 1, "maxConnections", maxConnections, "1 or more");
    require(
        within(requestDeadline, Duration.ofSeconds(1), Duration.ofMinutes(10)),
        "requestDeadline",
        requestDeadline,
        "between 1 s and 10 min");
    require(
        within(idempotencyWindow, Duration.ofSeconds(1), Duration.ofDays(30)),
        "idempotencyWindow",
        idempotencyWindow,
        "between 1 s and 30 days");
    require(
        idempotencyKeys >= 1 && idempotencyKeys <= 10_000_000,
        "idempotencyKeys",
        idempotencyKeys,
        "between 1 and 10,000,000");
    require(
        consumerInstances >= 0 && consumerInstances <= 1_000,
        "consumerInstances",
        consumerInstances,
        "between 0 and 1,000");
  }

  /** The defaults of everything but the addresses. */
  public static GatewayConfig of(String host, int port, String bootstrap) {
    return new GatewayConfig(
        host,
        port,
        bootstrap,
        10 * MIB,
        128 * MIB,
        2_000,
        Duration.ofSeconds(30),
        Duration.ofHours(24),
        200_000,
        32);
  }

  private static void require(boolean right, String key, Object value, String expected) {
    if (!right) {
      throw new GatewayException(
          "gateway." + key + " is " + value + ". It must be " + expected + ".");
    }
  }

  private static boolean within(Duration value, Duration least, Duration most) {
    return value.compareTo(least) >= 0 && value.compareTo(most) <= 0;
  }

  private static boolean isLoopback(String host) {
    try {
      return !host.isBlank() && InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false; // the message of the check says what would do
    }
  }
}
