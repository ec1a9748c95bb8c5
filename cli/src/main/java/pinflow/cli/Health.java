package pinflow.cli;

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
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import pinflow.control.LiveProcess;
import pinflow.platform.Connectors;
import pinflow.platform.PlatformException;

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
  record Part(String name, String detail) {
    boolean good() {
      return detail.isEmpty();
    }
  }

  /** The live way, by what it has written of itself. */
  static Optional<Part> of(LiveProcess.State live) {
    return Stream.concat(
            live.phase() == LiveProcess.Phase.RESTARTING
                ? Stream.of("Spark has ended by itself and is started again; see logs/live.log")
                : Stream.of(),
            live.streams().values().stream()
                .filter(stream -> stream.path("state").asText().equals("failed"))
                .map(
                    stream ->
                        "%s: %s"
                            .formatted(
                                stream.path("stream").asText(), stream.path("error").asText())))
        .findFirst()
        .map(detail -> new Part("live", detail));
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
                        () -> new Part(name, detail(name, address, running)),
                        task -> new Thread(task, "ask-" + name).start())));
    return asked.stream().map(CompletableFuture::join).toList();
  }

  private static String detail(String name, String address, Running running) {
    if (address.equals("aws")) {
      return "";
    }
    try {
      return switch (name) {
        case "gateway" -> gateway(URI.create(address));
        case "connect" -> sink(URI.create(address));
        case ControlClient.PART -> control(ControlClient.of(running, PATIENCE));
        default -> connected(address);
      };
    } catch (IOException | PlatformException e) {
      return "no answer";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "not asked to the end";
    }
  }

  /** Whether it can read its runs. */
  private static String control(ControlClient control) {
    try {
      control.get("/runs?limit=1");
      return "";
    } catch (RefusedException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static String gateway(URI gateway) throws IOException, InterruptedException {
    HttpResponse<String> answer = get(gateway.resolve("/health/ready"));
    return answer.statusCode() == 200
        ? ""
        : JSON.readTree(answer.body()).path("reason").asText("HTTP " + answer.statusCode());
  }

  private static String sink(URI worker) {
    List<Connectors.Part> parts = Connectors.parts(worker, Pipeline.SINK, PATIENCE);
    return parts.isEmpty()
        ? "the sink is not there"
        : parts.stream()
            .filter(part -> !part.runs())
            .findFirst()
            .map(
                part ->
                    "the sink's %s is %s %s"
                        .formatted(part.name(), part.state(), part.trace())
                        .strip())
            .orElse("");
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
