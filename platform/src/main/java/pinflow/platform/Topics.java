package pinflow.platform;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.NewTopic;

/** The event topics, made at the start if they are missing. */
public final class Topics {
  private Topics() {}

  /**
   * @param bootstrap {@code host:port,…} of the broker or cluster
   * @throws PlatformException if the broker does not answer, or a topic has fewer partitions than
   *     configured
   */
  public static void create(String bootstrap, List<String> topics, KafkaConfig config) {
    // On a cluster an acknowledged record is held by two brokers at least (design decision 2).
    Map<String, String> settings =
        config.replicationFactor() >= 3 ? Map.of("min.insync.replicas", "2") : Map.of();
    Broker.create(
        bootstrap,
        topics.stream()
            .map(
                topic ->
                    new NewTopic(
                            topic,
                            Optional.of(config.partitions()),
                            Optional.of((short) config.replicationFactor()))
                        .configs(settings))
            .collect(Collectors.toList()));
  }
}
