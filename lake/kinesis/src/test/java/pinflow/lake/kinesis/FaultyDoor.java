package pinflow.lake.kinesis;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A door before a Kinesis endpoint that answers with errors when it is told to. */
final class FaultyDoor implements AutoCloseable {
  private static final List<String> HEADERS =
      List.of("content-type", "x-amz-target", "authorization", "x-amz-date");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient http = HttpClient.newHttpClient();
  private final URI behind;
  private final Map<String, Queue<String>> faults = new ConcurrentHashMap<>();

  FaultyDoor(URI behind) throws IOException {
    this.behind = behind;
    this.server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** The next requests for an action are answered with these errors, a request each. */
  void fail(String action, String... errors) {
    faults.computeIfAbsent(action, a -> new ConcurrentLinkedQueue<>()).addAll(List.of(errors));
  }

  boolean hasFailed(String action) {
    return faults.getOrDefault(action, new ConcurrentLinkedQueue<>()).isEmpty();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
      Queue<String> errors = faults.get(target.substring(target.indexOf('.') + 1));
      String error = errors == null ? null : errors.poll();
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (error != null) {
        exchange.getResponseHeaders().add("x-amzn-ErrorType", error);
        exchange.sendResponseHeaders(error.equals("InternalFailure") ? 500 : 400, -1);
        return;
      }
      HttpRequest.Builder request =
          HttpRequest.newBuilder(behind).POST(HttpRequest.BodyPublishers.ofByteArray(body));
      for (String header : HEADERS) {
        String value = exchange.getRequestHeaders().getFirst(header);
        if (value != null) {
          request.header(header, value);
        }
      }
      HttpResponse<byte[]> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      response
          .headers()
          .firstValue("content-type")
          .ifPresent(type -> exchange.getResponseHeaders().add("content-type", type));
      exchange.sendResponseHeaders(
          response.statusCode(), response.body().length == 0 ? -1 : response.body().length);
      exchange.getResponseBody().write(response.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException(e));
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
