package pinflow.source.emulate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A REST proxy over a log in memory, which answers a repeated {@code Idempotency-Key} with its
 * first receipts and fails when the test says so.
 */
final class FailingGateway implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  enum Fault {
    /** 503 with Retry-After: 1, nothing written. */
    UNAVAILABLE,
    /** 500 without a body, nothing written. */
    BROKEN,
    /** Written, but the connection is cut before the answer. */
    CUT,
    /** 200, each second record refused with a retriable error, the others written. */
    HALF,
    /** 200, the last record refused for good, the others written. */
    LAST_REFUSED,
    /** 404, nothing written. */
    NOT_FOUND
  }

  /** A request as it came. */
  record Seen(String topic, String key, String body, long atNanos) {}

  final List<Seen> seen = new ArrayList<>();
  final Map<String, List<JsonNode>> log = new ConcurrentHashMap<>();
  final AtomicInteger mostAtOnce = new AtomicInteger();

  private final AtomicInteger atOnce = new AtomicInteger();
  private final Map<String, Integer> offsets = new ConcurrentHashMap<>();
  private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private volatile Function<String, @Nullable Fault> always = topic -> null;
  private volatile Runnable beforeAnswer = () -> {};

  FailingGateway(int port) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
    server.setExecutor(threads);
    server.createContext("/dev/topics/", this::handle);
    server.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + port() + "/dev/");
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** The next requests fail like this, one each. */
  void failNext(Fault... next) {
    faults.addAll(List.of(next));
  }

  void failAlways(Function<String, @Nullable Fault> byTopic) {
    always = byTopic;
  }

  void beforeAnswer(Runnable action) {
    beforeAnswer = action;
  }

  long records() {
    return log.values().stream().mapToLong(List::size).sum();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
    try (exchange) {
      String topic = exchange.getRequestURI().getPath().substring("/dev/topics/".length());
      String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      if (!"application/vnd.kafka.json.v2+json"
          .equals(exchange.getRequestHeaders().getFirst("Content-Type"))) {
        answer(exchange, 415, "{\"error_code\":415,\"message\":\"media type\"}");
        return;
      }
      synchronized (seen) {
        seen.add(new Seen(topic, key, body, System.nanoTime()));
      }
      beforeAnswer.run();
      Fault fault = faults.poll();
      fail(exchange, fault == null ? always.apply(topic) : fault, topic, key, body);
    } finally {
      atOnce.decrementAndGet();
    }
  }

  private void fail(
      HttpExchange exchange, @Nullable Fault fault, String topic, String key, String body)
      throws IOException {
    if (fault == null) {
      answer(exchange, 200, write(topic, key, body, null));
      return;
    }
    switch (fault) {
      case UNAVAILABLE -> {
        exchange.getResponseHeaders().set("Retry-After", "1");
        answer(exchange, 503, "{\"error_code\":50003,\"message\":\"The log is away.\"}");
      }
      case BROKEN -> answer(exchange, 500, "<h1>oops</h1>");
      case CUT -> write(topic, key, body, null);
      case HALF, LAST_REFUSED -> answer(exchange, 200, write(topic, key, body, fault));
      case NOT_FOUND ->
          answer(exchange, 404, "{\"error_code\":40401,\"message\":\"Topic not found.\"}");
    }
  }

  private synchronized String write(String topic, String key, String body, @Nullable Fault fault)
      throws IOException {
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode receipts = answer.putArray("offsets");
    JsonNode records = JSON.readTree(body).path("records");
    for (int i = 0; i < records.size(); i++) {
      String part = topic + " " + key + " " + i;
      boolean last = i == records.size() - 1;
      if ((fault == Fault.HALF && i % 2 == 1) || (fault == Fault.LAST_REFUSED && last)) {
        receipts
            .addObject()
            .put("error_code", fault == Fault.HALF ? 2 : 1)
            .put("error", "this record is refused");
        continue;
      }
      List<JsonNode> written = log.computeIfAbsent(topic, name -> new ArrayList<>());
      Integer offset = offsets.get(part);
      if (offset == null) {
        offset = written.size();
        offsets.put(part, offset);
        written.add(records.get(i));
      }
      receipts.addObject().put("partition", 0).put("offset", offset).putNull("error_code");
    }
    return answer.toString();
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
