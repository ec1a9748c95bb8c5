package pinflow.gateway.log;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * What topics there are. Nothing here creates one; nothing blocks; a broker that does not answer
 * fails the future with Kafka's {@code TimeoutException}.
 */
public final class Topics {
  /** Topics of such names are the streams' (contracts: streams.md), and no others' to write to. */
  public static final String STREAMS_PREFIX = "_stream";

  /** How long a topic that was found is believed to be there. */
  private static final Duration FRESH = Duration.ofSeconds(2);

  private final Admin admin;
  private final int timeoutMs;
  private final ConcurrentMap<String, Known> known = new ConcurrentHashMap<>();

  private record Known(CompletableFuture<Optional<Topic>> topic, long since) {
    boolean isFresh() {
      return !topic.isDone() || System.nanoTime() - since < FRESH.toNanos();
    }
  }

  Topics(Admin admin, Duration timeout) {
    this.admin = admin;
    this.timeoutMs = Math.toIntExact(timeout.toMillis());
  }

  /** Empty when there is no such topic, or it is one of Kafka's internal ones or a stream's. */
  public CompletableFuture<Optional<Topic>> find(String name) {
    return name.startsWith(STREAMS_PREFIX)
        ? CompletableFuture.completedFuture(Optional.empty())
        : findAny(name);
  }

  /** As the one above, with the streams' topics. */
  public CompletableFuture<Optional<Topic>> findAny(String name) {
    Known found = known.get(name);
    if (found == null || !found.isFresh()) {
      found =
          known.compute(
              name,
              (same, old) ->
                  old != null && old.isFresh()
                      ? old
                      : new Known(lookUp(name, old), System.nanoTime()));
      Known looked = found;
      // Only what exists is remembered: made-up names cost no memory, and a new topic is seen at
      // once.
      found
          .topic()
          .whenComplete(
              (topic, failure) -> {
                if (failure != null || topic.isEmpty()) {
                  known.remove(name, looked);
                }
              });
    }
    return found.topic();
  }

  /** The next look is at the broker: for who has just changed the topic. */
  public void forget(String name) {
    known.remove(name);
  }

  /**
   * @param old stands while the broker does not answer: a repeated request then finds the records
   *     of the first that are still on their way
   */
  private CompletableFuture<Optional<Topic>> lookUp(String name, @Nullable Known old) {
    var options = new DescribeTopicsOptions().timeoutMs(timeoutMs);
    return future(admin.describeTopics(List.of(name), options).allTopicNames())
        .thenCombine(
            configs(name),
            (topics, configs) ->
                Optional.ofNullable(topics.get(name))
                    .filter(t -> !t.isInternal())
                    .map(t -> new Topic(t, configs)))
        .exceptionally(
            failure -> {
              Throwable cause = cause(failure);
              if (cause instanceof UnknownTopicOrPartitionException
                  || cause instanceof InvalidTopicException) {
                return Optional.empty();
              }
              if (cause instanceof RetriableException && old != null) {
                return old.topic().getNow(Optional.empty());
              }
              throw new CompletionException(cause);
            });
  }

  private CompletableFuture<Map<String, String>> configs(String name) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
    var options = new DescribeConfigsOptions().timeoutMs(timeoutMs);
    return future(admin.describeConfigs(List.of(resource), options).all())
        .thenApply(
            configs -> {
              Map<String, String> values = new TreeMap<>();
              for (ConfigEntry entry : Objects.requireNonNull(configs.get(resource)).entries()) {
                values.put(entry.name(), entry.value());
              }
              return values;
            })
        .exceptionally(
            failure -> {
              if (cause(failure) instanceof AuthorizationException) {
                return Map.of();
              }
              throw new CompletionException(cause(failure));
            });
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  /** The names of all topics but Kafka's internal ones and the streams'. */
  public CompletableFuture<Set<String>> names() {
    return allNames()
        .thenApply(
            names ->
                names.stream()
                    .filter(name -> !name.startsWith(STREAMS_PREFIX))
                    .collect(Collectors.toSet()));
  }

  private CompletableFuture<Set<String>> allNames() {
    return future(admin.listTopics(new ListTopicsOptions().timeoutMs(timeoutMs)).names());
  }

  CompletableFuture<Map<String, TopicDescription>> all() {
    return allNames()
        .thenCompose(
            names ->
                future(
                    admin
                        .describeTopics(names, new DescribeTopicsOptions().timeoutMs(timeoutMs))
                        .allTopicNames()));
  }

  /** Fails when no broker answers within the time. */
  CompletableFuture<?> ping(Duration timeout) {
    var options = new DescribeClusterOptions().timeoutMs(Math.toIntExact(timeout.toMillis()));
    return future(admin.describeCluster(options).clusterId());
  }

  private static <T> CompletableFuture<T> future(KafkaFuture<T> future) {
    return future.toCompletionStage().toCompletableFuture();
  }
}
