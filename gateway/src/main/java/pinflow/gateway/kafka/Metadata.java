package pinflow.gateway.kafka;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import pinflow.gateway.Exchange;
import pinflow.gateway.InFlight;
import pinflow.gateway.Reply;
import pinflow.gateway.log.Topic;
import pinflow.gateway.log.Topics;

/**
 * {@code GET /topics}, {@code /topics/{topic}}, {@code /topics/{topic}/partitions} and {@code
 * …/partitions/{partition}}.
 */
final class Metadata {
  /** What a question to the broker costs until it is answered, whether or not its client waits. */
  private static final long QUESTION = 16 * 1024;

  private final Topics topics;

  Metadata(Topics topics) {
    this.topics = topics;
  }

  /** {@code ["a","b"]}, by name. */
  void topics(Exchange exchange) {
    answer(exchange, () -> topics.names().thenApply(TreeSet::new));
  }

  /** {@code {"name":…,"configs":{…},"partitions":[…]}}. */
  void topic(Exchange exchange) {
    answer(
        exchange,
        () ->
            find(exchange)
                .thenApply(
                    topic -> {
                      Map<String, Object> answer = new LinkedHashMap<>();
                      answer.put("name", topic.name());
                      answer.put("configs", topic.configs());
                      answer.put("partitions", partitions(topic));
                      return answer;
                    }));
  }

  /**
   * {@code [{"partition":0,"leader":1,"replicas":[{"broker":1,"leader":true,"in_sync":true}]}]}.
   */
  void partitions(Exchange exchange) {
    answer(exchange, () -> find(exchange).thenApply(Metadata::partitions));
  }

  void partition(Exchange exchange) {
    int partition = named(exchange);
    answer(
        exchange,
        () ->
            find(exchange)
                .thenApply(
                    topic -> {
                      if (partition >= topic.partitions().size()) {
                        throw KafkaRestError.PARTITION_NOT_FOUND.plain();
                      }
                      return partition(topic.partitions().get(partition));
                    }));
  }

  /** The partition that the path names. */
  static int named(Exchange exchange) {
    String text = exchange.path("partition");
    if (text.isEmpty() || text.length() > 9 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw KafkaRestError.PARTITION_NOT_FOUND.plain();
    }
    return Integer.parseInt(text);
  }

  private CompletionStage<Topic> find(Exchange exchange) {
    return topics
        .find(exchange.path("topic"))
        .thenApply(found -> found.orElseThrow(KafkaRestError.TOPIC_NOT_FOUND::plain));
  }

  private static List<Map<String, Object>> partitions(Topic topic) {
    return topic.partitions().stream().map(Metadata::partition).toList();
  }

  private static Map<String, Object> partition(TopicPartitionInfo partition) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("partition", partition.partition());
    answer.put("leader", partition.leader() == null ? -1 : partition.leader().id());
    answer.put(
        "replicas",
        partition.replicas().stream().map(replica -> replica(partition, replica)).toList());
    return answer;
  }

  private static Map<String, Object> replica(TopicPartitionInfo partition, Node broker) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("broker", broker.id());
    answer.put("leader", partition.leader() != null && partition.leader().id() == broker.id());
    answer.put("in_sync", partition.isr().stream().anyMatch(node -> node.id() == broker.id()));
    return answer;
  }

  private static void answer(Exchange exchange, Supplier<CompletionStage<?>> question) {
    String type =
        MediaTypes.accepted(exchange.headers("Accept"), List.of(MediaTypes.V2, MediaTypes.JSON));
    if (!exchange.lease().grow(QUESTION)) {
      throw KafkaRestException.full("Retry after a second.");
    }
    InFlight.Lease lease = exchange.lease().share();
    question
        .get()
        .whenComplete(
            (value, failure) -> {
              try (lease) {
                exchange.answer(
                    failure == null
                        ? Reply.of(200, type, Json.of(value))
                        : KafkaRestException.of(failure).reply());
              }
            });
  }
}
