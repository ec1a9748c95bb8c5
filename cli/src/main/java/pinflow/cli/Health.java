package pinflow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Asks the parts of a running Pinflow how they are, side by side, for two seconds each at most. */
final class Health {
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final JsonMapper JSON = new JsonMapper();

  private Health() {}

  /**
   * How a part is.
   *
   * @param detail what is wrong, in words; empty if nothing is
   */
  record Part(String name, String address, String detail) {
    boolean good() {
      return detail.isEmpty();
    }
  }

  /** All parts that have an address, in their order. */
  static List<Part> of(Running running) {
    List<CompletableFuture<Part>> asked = new ArrayList<>();
    running
        .addresses()
        .forEach(
            (name, address) ->
                asked.add(
                    CompletableFuture.supplyAsync(
                        () -> new Part(name, address, detail(name, address)),
                        task -> new Thread(task, "ask-" + name).start())));
    return asked.stream().map(CompletableFuture::join).toList();
  }

  private static String detail(String name, String address) {
    if (address.equals("aws")) {
      return "";
    }
    try {
      return switch (name) {
        case "gateway" -> gateway(URI.create(address));
        case "connect" -> sink(URI.create(address));
        default -> connected(address);
      };
    } catch (IOException e) {
      return "no answer";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "not asked to the end";
    }
  }

  private static String gateway(URI gateway) throws IOException, InterruptedException {
    HttpResponse<String> answer = get(gateway.resolve("/health/ready"));
    return answer.statusCode() == 200
        ? ""
        : JSON.readTree(answer.body()).path("reason").asText("HTTP " + answer.statusCode());
  }

  private static String sink(URI worker) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        get(worker.resolve("/connectors/%s/status".formatted(Pipeline.SINK)));
    if (answer.statusCode() != 200) {
      return "the sink is not there (HTTP %d)".formatted(answer.statusCode());
    }
    JsonNode status = JSON.readTree(answer.body());
    List<JsonNode> all = new ArrayList<>(List.of(status.path("connector")));
    status.path("tasks").forEach(all::add);
    for (JsonNode each : all) {
      if (!each.path("state").asText().equals("RUNNING")) {
        return "the sink%s is %s %s"
            .formatted(
                each.has("id") ? "'s task " + each.path("id").asInt() : "",
                each.path("state").asText(),
                each.path("trace").asText().lines().findFirst().orElse(""))
            .strip();
      }
    }
    return "";
  }

  private static HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    return HttpClient.newBuilder()
        .connectTimeout(PATIENCE)
        .build()
        .send(
            HttpRequest.newBuilder(uri).timeout(PATIENCE).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private static String connected(String address) throws IOException {
    String first = address.replaceFirst("^jdbc:", "").split(",", 2)[0];
    URI uri = URI.create(first.contains("://") ? first : "tcp://" + first);
    int port = uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(uri.getHost(), port), (int) PATIENCE.toMillis());
      return "";
    }
  }
}
