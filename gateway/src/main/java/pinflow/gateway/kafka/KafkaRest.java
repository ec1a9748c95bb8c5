package pinflow.gateway.kafka;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import io.vertx.core.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import pinflow.gateway.Exchange;
import pinflow.gateway.GatewayConfig;
import pinflow.gateway.InFlight;
import pinflow.gateway.Reply;
import pinflow.gateway.Routes;
import pinflow.gateway.log.Log;
import pinflow.gateway.log.Room;

/** The paths of the dialect: Confluent REST proxy, API version 2. */
public final class KafkaRest implements AutoCloseable {
  private final ExecutorService workers =
      Executors.newFixedThreadPool(
          Math.max(2, Runtime.getRuntime().availableProcessors()),
          task -> new Thread(task, "gateway-worker"));
  private final Produce produce;
  private final Metadata metadata;
  private final Consumers consumers;

  public KafkaRest(GatewayConfig config, Log log, InFlight inFlight, Room room) {
    this.produce = new Produce(log, inFlight, room, workers);
    this.metadata = new Metadata(log.topics());
    this.consumers =
        new Consumers(
            config.bootstrap(), config.consumerInstances(), config.requestDeadline(), workers);
  }

  public void register(Routes routes) {
    add(
        routes,
        GET,
        "/",
        exchange ->
            exchange.answer(Reply.of(200, MediaTypes.V2, "{}".getBytes(StandardCharsets.UTF_8))));
    add(routes, GET, "/topics", metadata::topics);
    add(routes, GET, "/topics/{topic}", metadata::topic);
    add(routes, POST, "/topics/{topic}", produce::toTopic);
    add(routes, GET, "/topics/{topic}/partitions", metadata::partitions);
    add(routes, GET, "/topics/{topic}/partitions/{partition}", metadata::partition);
    add(routes, POST, "/topics/{topic}/partitions/{partition}", produce::toPartition);
    String instance = "/consumers/{group}/instances/{instance}";
    add(routes, POST, "/consumers/{group}", consumers::create);
    add(routes, DELETE, instance, consumers::delete);
    add(routes, POST, instance + "/subscription", consumers::subscribe);
    add(routes, GET, instance + "/subscription", consumers::subscription);
    add(routes, DELETE, instance + "/subscription", consumers::unsubscribe);
    add(routes, GET, instance + "/records", consumers::records);
    add(routes, POST, instance + "/offsets", consumers::commit);
  }

  private static void add(
      Routes routes, HttpMethod method, String pattern, Consumer<Exchange> handler) {
    routes.add(
        method,
        pattern,
        exchange -> {
          try {
            handler.accept(exchange);
          } catch (RuntimeException e) {
            exchange.answer(KafkaRestException.of(e).reply());
          }
        });
  }

  /** For a request that nothing else answered before its deadline. */
  public static Reply notInTime() {
    return KafkaRestError.KAFKA_RETRIABLE_ERROR
        .because("no answer before the request's deadline. Retry after a second.")
        .reply();
  }

  /** For what is not an HTTP request. */
  public static Reply malformed() {
    return KafkaRestError.BAD_REQUEST
        .because("the request line or the headers are not HTTP/1.1, or too long.")
        .reply();
  }

  /** For a path that no dialect knows. */
  public static Reply notFound(String path) {
    return KafkaRestError.PATH_NOT_FOUND.because(path).reply();
  }

  public static Reply methodNotAllowed(String method, Set<String> allowed) {
    String methods = String.join(", ", allowed);
    Reply reply =
        KafkaRestError.METHOD_NOT_ALLOWED
            .because(method + ". This resource takes " + methods + ".")
            .reply();
    return new Reply(reply.status(), reply.contentType(), reply.body(), Map.of("Allow", methods));
  }

  @Override
  public void close() {
    consumers.close();
    workers.shutdown();
  }
}
