package pinflow.platform;

/**
 * The log.
 *
 * @param bootstrap {@code host:port,…} of a cluster, or {@code embedded}
 * @param port the embedded broker's
 * @param partitions of each event topic that Pinflow makes
 * @param replicationFactor of each event topic, on a cluster
 * @param reserveBytes free space of the embedded broker's disk below which no records are taken
 */
public record KafkaConfig(
    String bootstrap, int port, int partitions, int replicationFactor, long reserveBytes) {
  public KafkaConfig {
    Check.address("kafka.bootstrap", bootstrap);
    if (!bootstrap.equals(Check.EMBEDDED)
        && !bootstrap.matches("[^:,\\s]+:\\d{1,5}(,[^:,\\s]+:\\d{1,5})*")) {
      throw new IllegalArgumentException(
          "kafka.bootstrap is %s; it must be embedded or host:port,host:port".formatted(bootstrap));
    }
    Check.port("kafka.port", port);
    Check.range("kafka.partitions", partitions, 1, 1_000);
    Check.range("kafka.replication-factor", replicationFactor, 1, 10);
    if (reserveBytes < 0) {
      throw new IllegalArgumentException(
          "kafka.reserve-bytes is %d; it must be 0 (no reserve) or more".formatted(reserveBytes));
    }
  }
}
