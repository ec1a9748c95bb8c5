package pinflow.platform;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A Kafka broker (KRaft, broker and controller in one) in this process, on loopback. Its folder
 * keeps the data.
 *
 * <p>Each append to a topic is synced to disk before it is acknowledged ({@code flush.messages=1});
 * Kafka's internal topics are exempt, as what they hold can be found again.
 */
public final class Broker implements AutoCloseable {

  private static final int NODE = 1;

  /** Kinesis allows records of 10 MiB. */
  private static final int MAX_MESSAGE_BYTES = 11 * 1024 * 1024;

  private static final Duration TOPICS_KNOWN_WITHIN = Duration.ofSeconds(15);

  private static final int ANSWERS_WITHIN_MS = 30_000;

  private static final String NEVER = Long.toString(Long.MAX_VALUE);

  private final KafkaRaftServer server;
  private final FolderLock lock;
  private final String bootstrap;

  private Broker(KafkaRaftServer server, FolderLock lock, String bootstrap) {
    this.server = server;
    this.lock = lock;
    this.bootstrap = bootstrap;
  }

  /**
   * Starts a broker on the data in {@code folder}, which is made if it is missing. Returns when it
   * serves.
   *
   * @param port 0 for any free one; it may differ from the one before
   * @throws PlatformException if the port is taken, the folder is in use or cannot be written
   */
  public static Broker start(Path folder, int port) {
    KafkaExit.install();
    Path data = folder.toAbsolutePath();
    return Ports.start(
        port,
        "kafka.port",
        own -> Ports.start(0, "kafka.port", controller -> startOn(own, controller, data)));
  }

  private static Broker startOn(int port, int controllerPort, Path data) {
    try {
      FolderLock lock = FolderLock.take(data, "Kafka broker");
      try {
        FolderLock.requireSpace(data, "Kafka broker");
        return start(data, lock, port, controllerPort);
      } catch (Exception e) {
        lock.close();
        throw e;
      }
    } catch (PlatformException e) {
      throw e;
    } catch (Exception e) {
      throw new PlatformException(
          "The Kafka broker did not start on port %d (kafka.port) with the data in %s: %s; see the log, and whether the folder is writable."
              .formatted(port, data, e),
          e);
    }
  }

  private static Broker start(Path data, FolderLock lock, int port, int controllerPort)
      throws Exception {
    if (!Files.exists(data.resolve("meta.properties"))) {
      format(data);
    }
    Map<String, String> config = config(data, port, controllerPort);
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(config, false), Time.SYSTEM);
    Broker broker = new Broker(server, lock, "127.0.0.1:" + port);
    try {
      server.startup();
      broker.createInternalTopics();
      return broker;
    } catch (RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  /** {@code 127.0.0.1:port}. */
  public String bootstrap() {
    return bootstrap;
  }

  /**
   * Creates the topics that are missing.
   *
   * @throws PlatformException if one exists with fewer partitions than asked for
   */
  public void createTopics(Map<String, Integer> partitionsByTopic) {
    create(
        bootstrap,
        partitionsByTopic.entrySet().stream()
            .map(
                topic ->
                    new NewTopic(topic.getKey(), Optional.of(topic.getValue()), Optional.empty()))
            .toList());
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
    lock.close();
  }

  private static void format(Path data) throws Exception {
    new Formatter()
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setNodeId(NODE)
        .setClusterId(Uuid.randomUuid().toString())
        .setControllerListenerName("CONTROLLER")
        .setMetadataLogDirectory(data.toString())
        .setDirectories(List.of(data.toString()))
        .run();
  }

  private static Map<String, String> config(Path data, int port, int controllerPort) {
    Map<String, String> config = new HashMap<>();
    config.put("process.roles", "broker,controller");
    config.put("node.id", Integer.toString(NODE));
    config.put(
        "listeners",
        "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(port, controllerPort));
    config.put("controller.listener.names", "CONTROLLER");
    config.put("controller.quorum.voters", "%d@127.0.0.1:%d".formatted(NODE, controllerPort));
    config.put("log.dirs", data.toString());
    config.put("auto.create.topics.enable", "false");
    // Hands partitions to other brokers, which there are none of; on a full disk it never ends.
    config.put("controlled.shutdown.enable", "false");
    config.put("message.max.bytes", Integer.toString(MAX_MESSAGE_BYTES));
    config.put("log.flush.interval.messages", "1");
    config.put("offsets.topic.replication.factor", "1");
    config.put("offsets.topic.num.partitions", "4");
    config.put("transaction.state.log.replication.factor", "1");
    config.put("transaction.state.log.min.isr", "1");
    config.put("transaction.state.log.num.partitions", "4");
    config.put("share.coordinator.state.topic.replication.factor", "1");
    config.put("share.coordinator.state.topic.min.isr", "1");
    config.put("group.initial.rebalance.delay.ms", "0");
    // After a kill the controller lets the broker in again only when its old session is over (9 s
    // by default).
    config.put("broker.session.timeout.ms", "3000");
    config.put("broker.heartbeat.interval.ms", "500");
    // 128 MiB of heap by default, for logs a thousand times as large as ours.
    config.put("log.cleaner.dedupe.buffer.size", "8388608");
    return config;
  }

  /**
   * As Kafka's coordinators would, but exempt from the sync of each append, and before the first
   * client asks.
   */
  private void createInternalTopics() {
    Map<String, String> config =
        Map.of(
            "cleanup.policy",
            "compact",
            "compression.type",
            "producer",
            "segment.bytes",
            "104857600",
            "flush.messages",
            NEVER);
    create(
        bootstrap,
        List.of(
            new NewTopic("__consumer_offsets", 4, (short) 1).configs(config),
            new NewTopic("__transaction_state", 4, (short) 1).configs(config)));
  }

  static void create(String bootstrap, List<NewTopic> topics) {
    Map<String, Integer> existing = new HashMap<>();
    Map<String, Object> client =
        Map.of(
            "bootstrap.servers",
            bootstrap,
            "default.api.timeout.ms",
            ANSWERS_WITHIN_MS,
            "request.timeout.ms",
            ANSWERS_WITHIN_MS);
    try (Admin admin = Admin.create(client)) {
      CreateTopicsResult created = admin.createTopics(topics);
      for (NewTopic topic : topics) {
        try {
          created.numPartitions(topic.name()).get();
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof TopicExistsException)) {
            throw e;
          }
          existing.put(topic.name(), topic.numPartitions());
        }
      }
      describe(admin, topics.stream().map(NewTopic::name).toList())
          .forEach(topic -> check(topic, existing.getOrDefault(topic.name(), 0)));
    } catch (ExecutionException | KafkaException e) {
      throw PlatformException.unavailable(
          "Kafka at %s (kafka.bootstrap) does not answer or refuses the topics: %s. Check the address and the broker's log."
              .formatted(bootstrap, e.getCause() == null ? e.getMessage() : e.getCause()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PlatformException("Interrupted while topics were created at " + bootstrap, e);
    }
  }

  /** Waits for the topics: what the broker knows follows the controller by a moment. */
  private static Collection<TopicDescription> describe(Admin admin, List<String> topics)
      throws ExecutionException, InterruptedException {
    long deadline = System.nanoTime() + TOPICS_KNOWN_WITHIN.toNanos();
    while (true) {
      try {
        return admin.describeTopics(topics).allTopicNames().get().values();
      } catch (ExecutionException e) {
        boolean unknown = e.getCause() instanceof UnknownTopicOrPartitionException;
        if (!unknown || System.nanoTime() > deadline) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  private static void check(TopicDescription topic, int wanted) {
    if (topic.partitions().size() < wanted) {
      throw new PlatformException(
          "The topic %s has %d partitions and %d are asked for; more partitions move keys, so this is for you to decide: %s"
              .formatted(
                  topic.name(),
                  topic.partitions().size(),
                  wanted,
                  "use kafka-topics.sh --alter, or ask for as many as there are."));
    }
  }
}
