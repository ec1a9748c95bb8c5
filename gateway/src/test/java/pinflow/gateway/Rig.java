package pinflow.gateway;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import pinflow.gateway.kinesis.KinesisConfig;
import pinflow.gateway.log.Room;
import pinflow.platform.Broker;

/** A broker and a gateway before it, each of which can be stopped and started again. */
public final class Rig implements AutoCloseable {
  public static final String JSON = "application/vnd.kafka.json.v2+json";

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final @Nullable Path folder;
  private final UnaryOperator<GatewayConfig> settings;
  private final KinesisConfig kinesis;
  private final HttpClient http = HttpClient.newHttpClient();
  private final AtomicLong freeBytes = new AtomicLong(Long.MAX_VALUE);
  private @Nullable Broker broker;
  private final String bootstrap;
  private Gateway gateway;

  private Rig(
      @Nullable Path folder,
      @Nullable Broker broker,
      String bootstrap,
      UnaryOperator<GatewayConfig> settings,
      KinesisConfig kinesis) {
    this.folder = folder;
    this.broker = broker;
    this.bootstrap = bootstrap;
    this.settings = settings;
    this.kinesis = kinesis;
    this.gateway = startedGateway();
    awaitReady();
  }

  public static Rig start(Path folder, UnaryOperator<GatewayConfig> settings) {
    return start(folder, settings, KinesisConfig.OPEN);
  }

  public static Rig start(
      Path folder, UnaryOperator<GatewayConfig> settings, KinesisConfig kinesis) {
    Broker broker = Broker.start(folder, 0);
    return new Rig(folder, broker, broker.bootstrap(), settings, kinesis);
  }

  /** Before a broker that someone else starts and stops. */
  static Rig before(String bootstrap, UnaryOperator<GatewayConfig> settings) {
    return new Rig(null, null, bootstrap, settings, KinesisConfig.OPEN);
  }

  private Gateway startedGateway() {
    return Gateway.start(
        settings.apply(GatewayConfig.of("127.0.0.1", 0, bootstrap)),
        kinesis,
        new Room(freeBytes::get, 1_000_000));
  }

  /** What the log's disk is said to have; a million bytes are kept back. */
  public void freeBytes(long bytes) {
    freeBytes.set(bytes);
  }

  public void restartGateway() {
    gateway.close();
    gateway = startedGateway();
    awaitReady();
  }

  public void stopBroker() {
    Objects.requireNonNull(broker).close();
  }

  public void startBroker() {
    broker =
        Broker.start(
            Objects.requireNonNull(folder), Integer.parseInt(bootstrap.replaceAll(".*:", "")));
  }

  public void awaitReady() {
    until(() -> get("/health/ready").statusCode() == 200);
  }

  public String bootstrap() {
    return bootstrap;
  }

  public Gateway gateway() {
    return gateway;
  }

  /** A new topic's name. */
  public String topic(int partitions) {
    return topic(partitions, Map.of());
  }

  public String topic(int partitions, Map<String, String> configs) {
    String name = "t-" + UUID.randomUUID();
    admin(
        admin ->
            admin
                .createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(configs)))
                .all());
    // The broker knows of it a moment later than the controller that made it.
    until(() -> get("/topics/" + name).statusCode() == 200);
    return name;
  }

  /** Deletes a topic and makes a new one with its name. */
  public void recreate(String topic) {
    admin(admin -> admin.deleteTopics(List.of(topic)).all());
    until(() -> get("/topics/" + topic).statusCode() == 404);
    admin(admin -> admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all());
    until(() -> get("/topics/" + topic).statusCode() == 200);
  }

  private void admin(Function<Admin, KafkaFuture<Void>> action) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      action.apply(admin).get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  public HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(request(path).build());
  }

  /**
   * @param headers names and values, by turns
   */
  public HttpResponse<String> produce(String topic, String body, String... headers)
      throws IOException, InterruptedException {
    return send(produceRequest(topic, body, headers));
  }

  public HttpRequest produceRequest(String topic, String body, String... headers) {
    HttpRequest.Builder request =
        request("/topics/" + topic)
            .header("Content-Type", JSON)
            .POST(BodyPublishers.ofString(body));
    return (headers.length == 0 ? request : request.headers(headers)).build();
  }

  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(gateway.url() + path)).timeout(LIMIT);
  }

  public HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return http.send(request, BodyHandlers.ofString());
  }

  public HttpClient http() {
    return http;
  }

  /** All that is in a topic, by partition and offset. */
  public List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", (Object) bootstrap),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, consumer.partitionsFor(topic).size())
              .mapToObj(p -> new TopicPartition(topic, p))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      until(
          () -> {
            consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            return partitions.stream()
                .allMatch(p -> consumer.position(p) >= ends.getOrDefault(p, 0L));
          });
    }
    records.sort(
        (a, b) ->
            a.partition() == b.partition()
                ? Long.compare(a.offset(), b.offset())
                : a.partition() - b.partition());
    return records;
  }

  /** Waits for a condition, a minute at most. */
  public static void until(Callable<Boolean> condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    try {
      while (!condition.call()) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError("not within " + LIMIT);
        }
        LockSupport.parkNanos(10_000_000); // between two looks
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    gateway.close();
    if (broker != null) {
      broker.close();
    }
  }
}
