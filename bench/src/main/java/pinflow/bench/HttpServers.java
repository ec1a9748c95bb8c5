package pinflow.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.sun.net.httpserver.HttpServer;
import io.javalin.Javalin;
import io.undertow.Undertow;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Which HTTP server the gateway should stand on: the same small handler (parse 1 kB of JSON, answer
 * a receipt) on each candidate, 32 connections, warm, the median of five runs. It measures the
 * server's own cost; a gateway adds the log's to it.
 */
public final class HttpServers {
  private static final int CONNECTIONS = 32;
  private static final Duration WARM_UP = Duration.ofSeconds(10);
  private static final int RUNS = 5;
  private static final Duration RUN = Duration.ofSeconds(4);
  private static final JsonFactory JSON = new JsonFactory();
  private static final byte[] RECEIPT =
      "{\"offsets\":[{\"partition\":0,\"offset\":17,\"error_code\":null,\"error\":null}],\"key_schema_id\":null,\"value_schema_id\":null}"
          .getBytes(StandardCharsets.UTF_8);

  private HttpServers() {}

  /** A server with the handler, on a free port. */
  private record Candidate(String name, int port, AutoCloseable server) {}

  private interface Start {
    Candidate start() throws Exception;
  }

  public static void main(String[] args) throws Exception {
    List<Start> candidates =
        List.of(
            () -> vertx(1),
            () -> vertx(2),
            HttpServers::undertow,
            HttpServers::javalin,
            HttpServers::jdk);
    List<String> names = new ArrayList<>();
    List<Wrk.Result> results = new ArrayList<>();
    for (Start start : candidates) {
      Candidate candidate = start.start();
      try (AutoCloseable ignored = candidate.server()) {
        URI url = URI.create("http://127.0.0.1:" + candidate.port() + "/topics/t");
        names.add(candidate.name());
        results.add(
            Wrk.post(
                url,
                "application/vnd.kafka.json.v2+json",
                Wrk.produceBody(1),
                CONNECTIONS,
                WARM_UP,
                RUNS,
                RUN));
      }
    }
    System.out.printf("%-28s %12s %10s %8s%n", "server", "requests/s", "p99 (ms)", "ratio");
    for (int i = 0; i < names.size(); i++) {
      Wrk.Result result = results.get(i);
      System.out.printf(
          "%-28s %,12.0f %10.2f %8.2f%n",
          names.get(i),
          result.requestsPerSecond(),
          result.p99(),
          result.requestsPerSecond() / results.get(0).requestsPerSecond());
    }
  }

  private static byte[] receipt(byte[] body) {
    try (JsonParser parser = JSON.createParser(body)) {
      while (parser.nextToken() != null) {
        // every token, as the gateway does
      }
      return RECEIPT;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Candidate vertx(int eventLoops) throws Exception {
    Vertx vertx = Vertx.vertx();
    int port = 0;
    for (int i = 0; i < eventLoops; i++) {
      var server =
          vertx
              .createHttpServer()
              .requestHandler(
                  request ->
                      request
                          .body()
                          .onSuccess(
                              body ->
                                  request
                                      .response()
                                      .putHeader("Content-Type", "application/json")
                                      .end(Buffer.buffer(receipt(body.getBytes())))));
      int listenOn = port;
      Deployable loop = context -> server.listen(listenOn, "127.0.0.1");
      vertx.deployVerticle(loop, new DeploymentOptions()).await();
      port = server.actualPort();
    }
    return new Candidate(
        "Vert.x 5.1.6, " + eventLoops + " event loop(s)", port, () -> vertx.close().await());
  }

  private static Candidate undertow() {
    Undertow server =
        Undertow.builder()
            .addHttpListener(0, "127.0.0.1")
            .setHandler(
                exchange ->
                    exchange
                        .getRequestReceiver()
                        .receiveFullBytes(
                            (e, body) ->
                                e.getResponseSender()
                                    .send(java.nio.ByteBuffer.wrap(receipt(body)))))
            .build();
    server.start();
    int port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
    return new Candidate("Undertow 2.3.18", port, server::stop);
  }

  private static Candidate javalin() {
    Javalin server =
        Javalin.create(config -> config.showJavalinBanner = false)
            .post(
                "/topics/t",
                context ->
                    context.contentType("application/json").result(receipt(context.bodyAsBytes())))
            .start("127.0.0.1", 0);
    return new Candidate("Javalin 6.7.0 (Jetty)", server.port(), server::stop);
  }

  private static Candidate jdk() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            byte[] receipt = receipt(exchange.getRequestBody().readAllBytes());
            exchange.sendResponseHeaders(200, receipt.length);
            exchange.getResponseBody().write(receipt);
          }
        });
    server.start();
    return new Candidate(
        "JDK 17 HttpServer",
        server.getAddress().getPort(),
        () -> {
          server.stop(0);
          threads.shutdownNow();
        });
  }
}
