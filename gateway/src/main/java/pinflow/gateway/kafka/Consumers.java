package pinflow.gateway.kafka;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pinflow.gateway.Exchange;
import pinflow.gateway.JsonText;
import pinflow.gateway.Reply;
import pinflow.gateway.kafka.MediaTypes.Format;

/**
 * The consumer API: instances are made, subscribed, read and deleted by requests, and live in this
 * process until deleted or {@linkplain #IDLE idle for too long}.
 */
final class Consumers {
  static final Duration IDLE = Duration.ofMinutes(5);

  private static final Logger logger = LoggerFactory.getLogger(Consumers.class);
  private static final Duration DEFAULT_READ_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration MAX_READ = Duration.ofSeconds(20);
  private static final long DEFAULT_READ_BYTES = 4 * 1024 * 1024;
  private static final long MAX_READ_BYTES = 32 * 1024 * 1024;

  private final String bootstrap;
  private final int maxInstances;
  private final Duration readLimit;
  private final Executor workers;
  private final ConcurrentMap<Id, ConsumerInstance> instances = new ConcurrentHashMap<>();
  private final ScheduledExecutorService sweeper =
      Executors.newSingleThreadScheduledExecutor(
          task -> new Thread(task, "gateway-consumer-sweeper"));

  private record Id(String group, String name) {}

  private record NewInstance(
      @Nullable String id,
      @Nullable String name,
      @Nullable String format,
      @JsonProperty("auto.offset.reset") @Nullable String autoOffsetReset,
      @JsonProperty("auto.commit.enable") @Nullable String autoCommitEnable,
      @JsonProperty("fetch.min.bytes") @Nullable Integer fetchMinBytes,
      @JsonProperty("consumer.request.timeout.ms") @Nullable Integer requestTimeoutMs) {}

  private record Subscription(@Nullable Set<String> topics) {}

  private record Offset(
      @Nullable String topic,
      @Nullable Integer partition,
      @Nullable Long offset,
      @Nullable String metadata) {}

  private record Offsets(@Nullable List<Offset> offsets) {}

  /**
   * @param workers make consumers, which may block for a moment
   */
  Consumers(String bootstrap, int maxInstances, Duration requestDeadline, Executor workers) {
    this.bootstrap = bootstrap;
    this.maxInstances = maxInstances;
    this.workers = workers;
    Duration most = requestDeadline.multipliedBy(2).dividedBy(3);
    this.readLimit = most.compareTo(MAX_READ) < 0 ? most : MAX_READ;
    sweeper.scheduleWithFixedDelay(this::sweep, 10, 10, TimeUnit.SECONDS);
  }

  private void sweep() {
    instances.forEach(
        (id, instance) -> {
          if (instance.isIdle() && instances.remove(id, instance)) {
            logger.info(
                "Consumer instance {} of group {} was idle for {} and is gone",
                id.name(),
                id.group(),
                IDLE);
            instance.close();
          }
        });
  }

  /** {@code POST /consumers/{group}}: answers {@code {"instance_id":…,"base_uri":…}}. */
  void create(Exchange exchange) {
    withBody(
        exchange,
        NewInstance.class,
        new NewInstance(null, null, null, null, null, null, null),
        (wanted, type) -> {
          String name =
              wanted.id() != null
                  ? wanted.id()
                  : wanted.name() != null ? wanted.name() : "rest-consumer-" + UUID.randomUUID();
          Id id = new Id(exchange.path("group"), name);
          if (name.isEmpty() || id.group().isBlank()) {
            throw KafkaRestError.UNPROCESSABLE.because(
                "group and name of a consumer instance must not be empty.");
          }
          workers.execute(
              () -> {
                if (exchange.isAnswered()) {
                  return; // nobody would know of the instance
                }
                try {
                  add(id, wanted);
                  exchange.answer(Reply.of(200, type, created(exchange.authority(), id)));
                } catch (RuntimeException e) {
                  exchange.answer(KafkaRestException.of(e).reply());
                }
              });
        });
  }

  private static byte[] created(@Nullable String host, Id id) {
    Map<String, String> answer = new LinkedHashMap<>();
    answer.put("instance_id", id.name());
    answer.put(
        "base_uri",
        "http://" + host + "/consumers/" + encode(id.group()) + "/instances/" + encode(id.name()));
    return Json.of(answer);
  }

  private synchronized void add(Id id, NewInstance wanted) {
    if (instances.containsKey(id)) {
      throw KafkaRestError.CONSUMER_ALREADY_EXISTS.plain();
    }
    if (instances.size() >= maxInstances) {
      throw KafkaRestException.busy(
          "the gateway has its "
              + maxInstances
              + " consumer instances (gateway.consumer-instances). Delete one that is not needed.");
    }
    Map<String, Object> settings = new HashMap<>();
    put(
        settings,
        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
        wanted.autoOffsetReset(),
        "auto.offset.reset",
        Set.of("earliest", "latest", "none"));
    put(
        settings,
        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
        wanted.autoCommitEnable(),
        "auto.commit.enable",
        Set.of("true", "false"));
    if (wanted.fetchMinBytes() != null
        && (wanted.fetchMinBytes() < -1 || wanted.fetchMinBytes() > 10_000_000)) {
      throw KafkaRestError.INVALID_CONSUMER_CONFIG.because(
          "fetch.min.bytes must be between -1 and 10000000.");
    }
    if (wanted.fetchMinBytes() != null && wanted.fetchMinBytes() >= 0) {
      settings.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, wanted.fetchMinBytes());
    }
    Duration timeout =
        wanted.requestTimeoutMs() == null
            ? DEFAULT_READ_TIMEOUT
            : atMost(Duration.ofMillis(wanted.requestTimeoutMs()));
    instances.put(
        id,
        new ConsumerInstance(
            bootstrap, id.group(), format(wanted.format()), timeout, readLimit, settings));
  }

  private static void put(
      Map<String, Object> settings,
      String setting,
      @Nullable String value,
      String field,
      Set<String> allowed) {
    if (value != null && !allowed.contains(value)) {
      throw KafkaRestError.INVALID_CONSUMER_CONFIG.because(
          field + " is '" + value + "'; it must be one of " + allowed + ".");
    }
    if (value != null) {
      settings.put(setting, value);
    }
  }

  private static Format format(@Nullable String name) {
    return switch (name == null ? "binary" : name.toLowerCase(Locale.ROOT)) {
      case "json" -> Format.JSON;
      case "binary" -> Format.BINARY;
      default ->
          throw KafkaRestError.UNPROCESSABLE.because(
              "Invalid format type: '" + name + "'. json and binary are known.");
    };
  }

  private static Duration atMost(Duration timeout) {
    return timeout.isNegative()
        ? DEFAULT_READ_TIMEOUT
        : timeout.compareTo(MAX_READ) < 0 ? timeout : MAX_READ;
  }

  private static String encode(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** {@code DELETE …/instances/{instance}}: 204. */
  void delete(Exchange exchange) {
    ConsumerInstance instance = instances.remove(id(exchange));
    if (instance == null) {
      throw KafkaRestError.CONSUMER_INSTANCE_NOT_FOUND.plain();
    }
    answerEmpty(exchange, instance.close());
  }

  /** {@code POST …/subscription} with {@code {"topics":[…]}}: 204. */
  void subscribe(Exchange exchange) {
    ConsumerInstance instance = find(exchange);
    withBody(
        exchange,
        Subscription.class,
        new Subscription(null),
        (wanted, type) -> {
          Set<String> topics = wanted.topics();
          if (topics == null || topics.stream().anyMatch(t -> t == null || t.isBlank())) {
            throw KafkaRestError.UNPROCESSABLE.because("the body must be {\"topics\":[\"…\"]}.");
          }
          answerEmpty(
              exchange,
              instance.run(
                  kafka -> {
                    kafka.subscribe(topics);
                    return true;
                  }));
        });
  }

  /** {@code GET …/subscription}: {@code {"topics":[…]}}. */
  void subscription(Exchange exchange) {
    answer(
        exchange,
        MediaTypes.V2,
        find(exchange).run(kafka -> Json.of(Map.of("topics", kafka.subscription()))));
  }

  /** {@code DELETE …/subscription}: 204. */
  void unsubscribe(Exchange exchange) {
    answerEmpty(
        exchange,
        find(exchange)
            .run(
                kafka -> {
                  kafka.unsubscribe();
                  return true;
                }));
  }

  /**
   * {@code GET …/records?timeout=ms&max_bytes=n}: {@code
   * [{"topic","key","value","partition","offset"}…]}.
   */
  void records(Exchange exchange) {
    ConsumerInstance instance = find(exchange);
    String own = instance.format().mediaType();
    String type =
        MediaTypes.accepted(
            exchange.headers("Accept"),
            List.of(own, MediaTypes.V2, MediaTypes.JSON),
            KafkaRestError.CONSUMER_FORMAT_MISMATCH);
    Long timeout = number(exchange, "timeout");
    Long maxBytes = number(exchange, "max_bytes");
    long bytes = maxBytes == null ? DEFAULT_READ_BYTES : Math.min(maxBytes, MAX_READ_BYTES);
    if (!exchange.lease().grow(bytes)) {
      throw KafkaRestException.full("Retry after a second, or with a smaller max_bytes.");
    }
    answer(
        exchange,
        type,
        instance.read(
            timeout == null ? null : atMost(Duration.ofMillis(timeout)),
            bytes,
            exchange::isAnswered));
  }

  /**
   * {@code POST …/offsets}: commits what was read, or {@code
   * {"offsets":[{"topic","partition","offset"}]}} as the last records read.
   */
  void commit(Exchange exchange) {
    ConsumerInstance instance = find(exchange);
    withBody(
        exchange,
        Offsets.class,
        new Offsets(null),
        (wanted, type) -> {
          Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
          for (@Nullable Offset o :
              wanted.offsets() == null ? List.<Offset>of() : wanted.offsets()) {
            if (o == null
                || o.topic() == null
                || o.topic().isBlank()
                || o.partition() == null
                || o.partition() < 0
                || o.offset() == null
                || o.offset() < 0
                || o.offset() == Long.MAX_VALUE) {
              throw KafkaRestError.UNPROCESSABLE.because(
                  "each offset must have topic, partition and offset.");
            }
            offsets.put(
                new TopicPartition(o.topic(), o.partition()),
                new OffsetAndMetadata(o.offset() + 1, o.metadata() == null ? "" : o.metadata()));
          }
          answer(
              exchange,
              type,
              instance.run(
                  kafka -> {
                    if (wanted.offsets() == null) {
                      kafka.commitSync();
                    } else {
                      kafka.commitSync(offsets);
                    }
                    return Json.of(List.of());
                  }));
        });
  }

  private static @Nullable Long number(Exchange exchange, String query) {
    try {
      String text = exchange.query(query);
      long number = text == null ? -1 : Long.parseLong(text);
      return number < 0 ? null : (Long) number;
    } catch (IllegalArgumentException e) { // of the escapes, or of the number
      throw KafkaRestError.BAD_REQUEST.because("the query's " + query + " must be a whole number.");
    }
  }

  private static Id id(Exchange exchange) {
    return new Id(exchange.path("group"), exchange.path("instance"));
  }

  private ConsumerInstance find(Exchange exchange) {
    ConsumerInstance instance = instances.get(id(exchange));
    if (instance == null) {
      throw KafkaRestError.CONSUMER_INSTANCE_NOT_FOUND.plain();
    }
    return instance;
  }

  private static void answer(Exchange exchange, String type, CompletableFuture<byte[]> body) {
    body.whenComplete(
        (json, failure) ->
            exchange.answer(
                failure == null
                    ? Reply.of(200, type, json)
                    : KafkaRestException.of(failure).reply()));
  }

  private static void answerEmpty(Exchange exchange, CompletableFuture<?> result) {
    result.whenComplete(
        (done, failure) ->
            exchange.answer(
                failure == null ? Reply.empty(204) : KafkaRestException.of(failure).reply()));
  }

  /**
   * Reads a JSON body; {@code absent} stands for an empty one. The action is given the answer's
   * media type.
   */
  private static <T> void withBody(
      Exchange exchange, Class<T> shape, T absent, BiConsumer<T, String> action) {
    MediaTypes.requireJson(exchange.header("Content-Type"));
    String type =
        MediaTypes.accepted(
            exchange.headers("Accept"),
            List.of(
                MediaTypes.V2,
                MediaTypes.JSON,
                Format.JSON.mediaType(),
                Format.BINARY.mediaType()));
    exchange
        .body()
        .map(body -> body.length == 0 ? absent : parse(body, shape))
        .onFailure(failure -> exchange.answer(KafkaRestException.of(failure).reply()))
        .onSuccess(
            value -> {
              try {
                action.accept(value, type);
              } catch (RuntimeException e) {
                exchange.answer(KafkaRestException.of(e).reply());
              }
            });
  }

  private static <T> T parse(byte[] body, Class<T> shape) {
    try {
      T value = Json.MAPPER.readValue(body, shape);
      if (value == null) {
        throw KafkaRestError.UNPROCESSABLE.because("the body must be an object.");
      }
      return value;
    } catch (UnrecognizedPropertyException e) {
      throw KafkaRestError.BAD_REQUEST.because(
          "Unrecognized field \"" + e.getPropertyName() + "\"");
    } catch (JsonProcessingException e) {
      throw KafkaRestError.BAD_REQUEST.because(
          "the body is not the JSON that is expected here" + JsonText.at(e));
    } catch (IOException e) {
      throw KafkaRestError.BAD_REQUEST.because("the body cannot be read as JSON");
    }
  }

  /** Deletes every instance, within seconds. */
  void close() {
    sweeper.shutdownNow();
    CompletableFuture<?>[] closed =
        instances.values().stream()
            .map(ConsumerInstance::close)
            .toArray(CompletableFuture<?>[]::new);
    instances.clear();
    CompletableFuture.allOf(closed)
        .handle((done, failure) -> true)
        .completeOnTimeout(true, 6, TimeUnit.SECONDS)
        .join();
  }
}
