package pinflow.gateway;

import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.net.BindException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pinflow.gateway.kafka.KafkaRest;
import pinflow.gateway.kinesis.Kinesis;
import pinflow.gateway.kinesis.KinesisConfig;
import pinflow.gateway.log.Log;
import pinflow.gateway.log.LogConfig;
import pinflow.gateway.log.Room;

/**
 * The HTTP door of the pipeline. A 2xx answer to a produce request means that its records are
 * durable in the log; every answer is given within {@link GatewayConfig#requestDeadline}.
 */
public final class Gateway implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Gateway.class);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);
  private static final int MAX_HEADERS = 16 * 1024;

  private final GatewayConfig config;
  private final InFlight inFlight;
  private final Log log;
  private final KafkaRest kafkaRest;
  private final Kinesis kinesis;
  private final Routes routes = new Routes();
  private final Vertx vertx;
  private final AtomicInteger connections = new AtomicInteger();
  private final List<HttpServer> servers = new CopyOnWriteArrayList<>();

  private Gateway(GatewayConfig config, KinesisConfig kinesisConfig, Room room) {
    this.config = config;
    this.inFlight = new InFlight(config.maxInFlightBytes());
    this.log =
        Log.open(
            new LogConfig(
                config.bootstrap(),
                config.maxRequestBytes(),
                config.maxInFlightBytes(),
                config.requestDeadline(),
                config.idempotencyWindow(),
                config.idempotencyKeys()),
            InstantSource.system());
    this.kafkaRest = new KafkaRest(config, log, inFlight, room);
    this.kinesis = new Kinesis(kinesisConfig, log, room, InstantSource.system());
    Health.register(routes, log, kinesis, room);
    kafkaRest.register(routes);
    kinesis.register(routes);
    this.vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(eventLoops()));
  }

  /**
   * Listens, whether or not the broker is there yet: {@code GET /health/ready} tells.
   *
   * @throws GatewayException when the port is taken, or {@code bootstrap} is not an address
   */
  public static Gateway start(GatewayConfig config) {
    return start(config, KinesisConfig.OPEN, Room.ENDLESS);
  }

  /** As the one above, for a log on a disk that can be full: then it answers 507. */
  public static Gateway start(GatewayConfig config, KinesisConfig kinesis, Room room) {
    Gateway gateway = created(config, kinesis, room);
    try {
      gateway.listen();
      logger.info("Gateway listens on {}", gateway.url());
      return gateway;
    } catch (ExecutionException | TimeoutException e) {
      gateway.close();
      Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
      if (cause instanceof BindException) {
        throw new GatewayException(
            "Port "
                + config.port()
                + " is taken: another process listens on "
                + config.host()
                + ":"
                + config.port()
                + ". Stop it, or set gateway.port to a free one.",
            cause);
      }
      throw new GatewayException(
          "The gateway cannot listen on " + config.host() + ":" + config.port() + ": " + cause,
          cause);
    } catch (InterruptedException e) {
      gateway.close();
      Thread.currentThread().interrupt();
      throw new GatewayException("The gateway was interrupted while it started.", e);
    }
  }

  private static Gateway created(GatewayConfig config, KinesisConfig kinesis, Room room) {
    try {
      return new Gateway(config, kinesis, room);
    } catch (KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new GatewayException(
          "gateway.bootstrap is '"
              + config.bootstrap()
              + "', and Kafka's client cannot use it: "
              + cause.getMessage()
              + ". It must be the brokers' addresses, such as 127.0.0.1:9092.",
          e);
    }
  }

  private static int eventLoops() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  /** One server on each event loop; they share the port. */
  private void listen() throws ExecutionException, InterruptedException, TimeoutException {
    for (int i = 0; i < eventLoops(); i++) {
      Deployable loop = this::listen;
      vertx
          .deployVerticle(loop, new DeploymentOptions())
          .toCompletionStage()
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS);
    }
  }

  private Future<?> listen(Context context) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setMaxHeaderSize(MAX_HEADERS)
            .setMaxInitialLineLength(8 * 1024)
            // AWS's asynchronous clients begin with it, without TLS and without asking.
            .setHttp2ClearTextEnabled(true)
            // Beyond it HTTP/2 ends the connection; what is less is refused in the dialect.
            .setInitialSettings(new Http2Settings().setMaxHeaderListSize(4 * MAX_HEADERS))
            // Longer than a request may wait for its acknowledgement, when nothing is sent.
            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
            .setIdleTimeout(Math.toIntExact(config.requestDeadline().plusSeconds(15).toMillis()));
    HttpServer created =
        vertx
            .createHttpServer(options)
            .connectionHandler(
                connection -> {
                  if (connections.incrementAndGet() > config.maxConnections()) {
                    connection.close();
                  }
                  connection.closeHandler(closed -> connections.decrementAndGet());
                })
            .requestHandler(request -> serve(request, context))
            .invalidRequestHandler(Gateway::refuse);
    // Servers share a free port only under the same negative number (Vert.x's NetServerImpl).
    return created
        .listen(config.port() == 0 ? -1 : config.port(), config.host())
        .onSuccess(servers::add);
  }

  private void serve(HttpServerRequest request, Context context) {
    if (request.version() == HttpVersion.HTTP_2 && hasLongHeaders(request)) {
      refuse(request);
      return;
    }
    Exchange exchange =
        new Exchange(
            request, context, config, inFlight, late -> late.answer(KafkaRest.notInTime()));
    Routes.Match match = routes.match(request.method(), request.path());
    if (match instanceof Routes.Match.Found found) {
      exchange.setPath(found.parameters());
      found.handler().accept(exchange);
    } else if (match instanceof Routes.Match.OtherMethod other) {
      exchange.answer(KafkaRest.methodNotAllowed(request.method().name(), other.allowed()));
    } else {
      exchange.answer(KafkaRest.notFound(request.path()));
    }
  }

  private static boolean hasLongHeaders(HttpServerRequest request) {
    int size = request.uri().length();
    for (Map.Entry<String, String> header : request.headers()) {
      size += header.getKey().length() + header.getValue().length();
    }
    return size > MAX_HEADERS;
  }

  /** A request line or headers that are not HTTP, or too long: the connection ends with it. */
  private static void refuse(HttpServerRequest request) {
    Reply reply = KafkaRest.malformed();
    request
        .response()
        .setStatusCode(reply.status())
        .putHeader("Content-Type", String.valueOf(reply.contentType()))
        .end(Buffer.buffer(reply.body()));
  }

  /** Where it listens, without a slash at the end. */
  public URI url() {
    String host = config.host().contains(":") ? "[" + config.host() + "]" : config.host();
    return URI.create("http://" + host + ":" + servers.get(0).actualPort());
  }

  /** Empty when requests are taken, those with an idempotency key too; else why not. */
  public CompletableFuture<Optional<String>> notReady() {
    return log.notReady().thenApply(reason -> reason.or(kinesis::notReady));
  }

  /** Whether there is a stream of this name. */
  public boolean hasStream(String name) {
    return kinesis.has(name);
  }

  /**
   * Stops taking requests, answers those that it has, and waits for what is on its way to the log;
   * a few seconds at most for each.
   */
  @Override
  public void close() {
    await(Future.join(servers.stream().map(server -> server.shutdown(CLOSE_WITHIN)).toList()));
    kafkaRest.close();
    kinesis.close();
    log.close();
    await(vertx.close());
  }

  private static void await(Future<?> future) {
    try {
      future
          .toCompletionStage()
          .toCompletableFuture()
          .get(CLOSE_WITHIN.toSeconds() + 1, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      logger.warn("The gateway did not stop in order", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
