package pinflow.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.javalin.Javalin;
import io.undertow.Undertow;
import io.undertow.util.Headers;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Which HTTP server the gateway should stand on: the same handler on each candidate, in this JVM
 * and by turns. It reads 1 kB of JSON, parses it, hands it to another thread as to Kafka's
 * producer, and answers a receipt when that thread says so. It measures a server's own cost; the
 * gateway adds the log's to it. Less than 15 seconds for each.
 */
public final class HttpServers {
  private static final int CONNECTIONS = 32;
  private static final Duration WARM_UP = Duration.ofSeconds(4);
  private static final int ROUNDS = 3;
  private static final Duration RUN = Duration.ofSeconds(3);
  private static final JsonFactory JSON = new JsonFactory();
  private static final byte[] RECEIPT =
      "{\"offsets\":[{\"partition\":0,\"offset\":17,\"error_code\":null,\"error\":null}],\"key_schema_id\":null,\"value_schema_id\":null}"
          .getBytes(StandardCharsets.UTF_8);

  private HttpServers() {}

  /** A server with the handler, on a free port. */
  record Candidate(String name, int port, AutoCloseable server) {}

  /** Starts a candidate. */
  private interface Start {
    Candidate with(Log log) throws Exception;
  }

  private record Row(String name, Load.Result result) {}

  /** A candidate and its load, which rests between the runs. */
  private record Running(Log log, Candidate candidate, Load load, List<Load.Result> runs)
      implements AutoCloseable {

    static Running start(Start start) throws Exception {
      Log log = new Log();
      Candidate candidate = start.with(log);
      URI url = URI.create("http://127.0.0.1:" + candidate.port() + "/topics/t");
      Load load = new Load(url, "application/json", Load.produceBody(1), CONNECTIONS);
      return new Running(log, candidate, load, new ArrayList<>());
    }

    @Override
    public void close() throws Exception {
      load.close();
      candidate.server().close();
      log.close();
    }
  }

  /** A thread that acknowledges, as the Kafka producer's does. */
  static final class Log implements AutoCloseable {
    private final ExecutorService thread = Executors.newSingleThreadExecutor();

    CompletableFuture<byte[]> append(byte[] body) {
      try (JsonParser parser = JSON.createParser(body)) {
        while (parser.nextToken() != null) {
          // every token, as the gateway does
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return CompletableFuture.supplyAsync(() -> RECEIPT, thread);
    }

    @Override
    public void close() {
      thread.shutdown();
    }
  }

  public static void main(String[] args) throws Exception {
    List<Start> candidates =
        List.of(
            log -> vertx(log, 1),
            log -> vertx(log, 2),
            HttpServers::undertow,
            HttpServers::javalin,
            HttpServers::jdk);
    System.setProperty("sun.net.httpserver.nodelay", "true"); // else each answer takes 40 ms
    List<Running> servers = new ArrayList<>();
    try {
      for (Start start : candidates) {
        servers.add(Running.start(start));
      }
      servers.forEach(server -> server.load().once(WARM_UP));
      // In rounds: what else the machine does then falls on all of them.
      for (int round = 0; round < ROUNDS; round++) {
        servers.forEach(server -> server.runs().add(server.load().once(RUN)));
      }
    } finally {
      for (Running server : servers) {
        server.close();
      }
    }
    print(
        servers.stream()
            .map(s -> new Row(s.candidate().name(), Load.Result.median(s.runs())))
            .toList());
  }

  private static void print(List<Row> rows) {
    double fastest = rows.stream().mapToDouble(r -> r.result().requestsPerSecond()).max().orElse(1);
    System.out.printf(
        "%-26s %12s %10s %8s %14s%n", "server", "requests/s", "p99 (ms)", "ratio", "client's core");
    for (Row row : rows) {
      System.out.printf(
          "%-26s %,12.0f %10.1f %8.2f %13.0f%%%n",
          row.name(),
          row.result().requestsPerSecond(),
          row.result().p99(),
          row.result().requestsPerSecond() / fastest,
          100 * row.result().clientBusy());
    }
    System.out.println(
        "The client is in this JVM and has one core at most: near 100 % of it, the ratios are flatter than the servers differ.");
  }

  /** The gateway has one event loop for each two cores; the others take a thread for each core. */
  static Candidate vertx(Log log, int eventLoops) throws Exception {
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(eventLoops));
    int port = -1;
    for (int i = 0; i < eventLoops; i++) {
      HttpServer server = vertx.createHttpServer().requestHandler(request -> answer(request, log));
      // A negative port is a free one that the loops share.
      Deployable loop = context -> server.listen(-1, "127.0.0.1");
      vertx.deployVerticle(loop, new DeploymentOptions()).await();
      port = server.actualPort();
    }
    return new Candidate(
        "Vert.x, " + eventLoops + " event loop(s)", port, () -> vertx.close().await());
  }

  private static void answer(HttpServerRequest request, Log log) {
    request
        .body()
        .onSuccess(
            body ->
                log.append(body.getBytes())
                    .thenAccept(
                        receipt ->
                            request
                                .response()
                                .putHeader("Content-Type", "application/json")
                                .end(Buffer.buffer(receipt))));
  }

  private static Candidate undertow(Log log) {
    Undertow server =
        Undertow.builder()
            .addHttpListener(0, "127.0.0.1")
            .setHandler(
                exchange ->
                    exchange
                        .getRequestReceiver()
                        .receiveFullBytes(
                            (received, body) -> {
                              received.dispatch(
                                  Runnable::run,
                                  () ->
                                      log.append(body)
                                          .thenAccept(
                                              receipt -> {
                                                received
                                                    .getResponseHeaders()
                                                    .put(Headers.CONTENT_TYPE, "application/json");
                                                received
                                                    .getResponseSender()
                                                    .send(ByteBuffer.wrap(receipt));
                                              }));
                            }))
            .build();
    server.start();
    int port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
    return new Candidate("Undertow", port, server::stop);
  }

  private static Candidate javalin(Log log) {
    Javalin server =
        Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              config.routes.post(
                  "/topics/t",
                  context ->
                      context.future(
                          () ->
                              log.append(context.bodyAsBytes())
                                  .thenAccept(
                                      receipt ->
                                          context
                                              .contentType("application/json")
                                              .result(receipt))));
            });
    server.start("127.0.0.1", 0);
    return new Candidate("Javalin (Jetty)", server.port(), server::stop);
  }

  /** It has no asynchronous answers: a thread for each connection waits. */
  private static Candidate jdk(Log log) throws IOException {
    var server =
        com.sun.net.httpserver.HttpServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            byte[] receipt = log.append(exchange.getRequestBody().readAllBytes()).join();
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, receipt.length);
            exchange.getResponseBody().write(receipt);
          }
        });
    server.start();
    return new Candidate(
        "JDK com.sun.net.httpserver",
        server.getAddress().getPort(),
        () -> {
          server.stop(0);
          threads.shutdownNow();
        });
  }
}
