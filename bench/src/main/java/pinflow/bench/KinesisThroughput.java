package pinflow.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import pinflow.gateway.Gateway;
import pinflow.gateway.GatewayConfig;
import pinflow.platform.Broker;

/**
 * What the Kinesis API takes and gives, beside two emulators from the npm registry, by turns: one
 * stream of one shard for each action, records of 1 kB, JSON. The gateway's records are on disk,
 * synced, before it answers; the emulators keep theirs in memory. Some three minutes; needs Node.js
 * with npm.
 */
public final class KinesisThroughput {
  private static final int ROUNDS = Integer.getInteger("rounds", 5);
  private static final Duration FIRST_WARM_UP = Duration.ofSeconds(8);
  private static final Duration RUN = Duration.ofSeconds(2);
  private static final Duration STARTS = Duration.ofSeconds(30);
  private static final String KINESALITE = "kinesalite@3.3.3";
  private static final String KINESIS_MOCK = "kinesis-local@0.6.2";
  private static final JsonMapper JSON = new JsonMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private static final String DATA =
      Base64.getEncoder()
          .encodeToString(
              "{\"title\":\"%s\"}".formatted("x".repeat(990)).getBytes(StandardCharsets.UTF_8));

  private KinesisThroughput() {}

  /** So many connections, each with one request of so many records on its way. */
  private enum Action {
    PutRecord(32, 1),
    // More at once and kinesis-local answers only after minutes.
    PutRecords(4, 100),
    GetRecords(8, 1_000);

    final int connections;
    final int records;

    Action(int connections, int records) {
      this.connections = connections;
      this.records = records;
    }

    String stream() {
      return "bench-" + name();
    }

    /** Sent over and over, to a stream that is there. */
    String body(URI server) throws IOException, InterruptedException {
      return switch (this) {
        case PutRecord -> putRecord(stream());
        case PutRecords -> putRecords(stream(), records);
        case GetRecords -> {
          for (int put = 0; put < records; put += PutRecords.records) {
            call(server, PutRecords.name(), putRecords(stream(), PutRecords.records));
          }
          JsonNode place =
              call(
                  server,
                  "GetShardIterator",
                  "{\"StreamName\":\"%s\",\"ShardId\":\"shardId-000000000000\",\"ShardIteratorType\":\"TRIM_HORIZON\"}"
                      .formatted(stream()));
          yield "{\"ShardIterator\":%s,\"Limit\":%d}"
              .formatted(place.path("ShardIterator"), records);
        }
      };
    }
  }

  private static String putRecord(String stream) {
    return "{\"StreamName\":\"%s\",\"Data\":\"%s\",\"PartitionKey\":\"7528\"}"
        .formatted(stream, DATA);
  }

  private static String putRecords(String stream, int records) {
    String record = "{\"Data\":\"%s\",\"PartitionKey\":\"7528\"}".formatted(DATA);
    return "{\"StreamName\":\"%s\",\"Records\":[%s]}"
        .formatted(stream, String.join(",", Collections.nCopies(records, record)));
  }

  public static void main(String[] args) throws Exception {
    try (Workplace place = Workplace.make()) {
      npmInstall(place);
      try (Broker broker = Broker.start(place.resolve("kafka"), 0);
          Gateway gateway = Gateway.start(GatewayConfig.of("127.0.0.1", 0, broker.bootstrap()));
          Emulator kinesalite =
              Emulator.start(
                  place,
                  Map.of(),
                  port ->
                      List.of(
                          "node_modules/kinesalite/cli.js",
                          "--port",
                          port,
                          "--createStreamMs",
                          "0"));
          Emulator mock =
              Emulator.start(
                  place,
                  Map.of("LOG_LEVEL", "ERROR", "CREATE_STREAM_DURATION", "0ms"),
                  port -> List.of("node_modules/kinesis-local/main.js"))) {
        Map<String, URI> servers = new LinkedHashMap<>();
        servers.put("Pinflow", URI.create(gateway.url() + "/"));
        servers.put(KINESALITE, kinesalite.url());
        servers.put(KINESIS_MOCK, mock.url());
        System.out.printf("Median of %d rounds, least and greatest in brackets.%n%n", ROUNDS);
        System.out.println(
            "| action | server | records/s | p99 ms | Pinflow to it | client's core |");
        System.out.println("| --- | --- | --- | --- | --- | --- |");
        for (Action action : Action.values()) {
          measure(action, servers);
        }
      }
    }
  }

  /** One of the three, and what its rounds gave. */
  private record Measured(String server, Load load, List<Load.Result> rounds) {
    Measured(String server, Load load) {
      this(server, load, new ArrayList<>());
    }

    List<Double> of(ToDoubleFunction<Load.Result> figure) {
      return rounds.stream().map(figure::applyAsDouble).toList();
    }
  }

  private static void measure(Action action, Map<String, URI> servers) throws Exception {
    List<Measured> all = new ArrayList<>();
    try {
      for (var server : servers.entrySet()) {
        URI url = server.getValue();
        create(url, action.stream());
        Load load = new Load(url, headers(action.name()), action.body(url), action.connections);
        all.add(new Measured(server.getKey(), load));
        load.once(FIRST_WARM_UP);
      }
      // By turns: what else the machine does then falls on all of them.
      for (int i = 0; i < ROUNDS; i++) {
        for (Measured one : all) {
          one.rounds().add(one.load().once(RUN));
        }
      }
    } finally {
      all.forEach(one -> one.load().close());
    }
    all.forEach(one -> print(action, all.get(0), one));
  }

  private static void print(Action action, Measured ours, Measured theirs) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      ratios.add(
          ours.rounds().get(i).requestsPerSecond() / theirs.rounds().get(i).requestsPerSecond());
    }
    System.out.printf(
        "| %s, %d connections, %d records | %s | %s | %s | %s | %s |%n",
        action,
        action.connections,
        action.records,
        theirs.server(),
        Spread.of(theirs.of(round -> round.requestsPerSecond() * action.records)).with(0),
        Spread.of(theirs.of(Load.Result::p99)).with(0),
        Spread.of(ratios).with(2),
        Spread.of(theirs.of(Load.Result::clientBusy)).with(2));
  }

  private static void create(URI server, String stream) throws IOException, InterruptedException {
    call(server, "CreateStream", "{\"StreamName\":\"%s\",\"ShardCount\":1}".formatted(stream));
    long deadline = System.nanoTime() + STARTS.toNanos();
    while (!call(server, "DescribeStreamSummary", "{\"StreamName\":\"%s\"}".formatted(stream))
        .at("/StreamDescriptionSummary/StreamStatus")
        .asText()
        .equals("ACTIVE")) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(stream + " did not become ACTIVE at " + server);
      }
    }
  }

  private static JsonNode call(URI server, String action, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server).POST(BodyPublishers.ofString(body));
    headers(action).forEach(request::header);
    var answer = HTTP.send(request.build(), BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(
          "%s answered %s with %d: %s"
              .formatted(server, action, answer.statusCode(), answer.body()));
    }
    return answer.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(answer.body());
  }

  /** Signed in form only; none of the three checks it. */
  private static Map<String, String> headers(String action) {
    String now =
        DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")
            .withZone(ZoneOffset.UTC)
            .format(Instant.now());
    return Map.of(
        "Content-Type",
        "application/x-amz-json-1.1",
        "X-Amz-Target",
        "Kinesis_20131202." + action,
        "X-Amz-Date",
        now,
        "Authorization",
        "AWS4-HMAC-SHA256 Credential=AKIABENCH/%s/us-east-1/kinesis/aws4_request, SignedHeaders=host;x-amz-date, Signature=%s"
            .formatted(now.substring(0, 8), "0".repeat(64)));
  }

  private static void npmInstall(Workplace place) throws IOException, InterruptedException {
    Path log = place.resolve("npm.log");
    int exit =
        new ProcessBuilder(
                "npm",
                "install",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                KINESALITE,
                KINESIS_MOCK)
            .directory(Files.createDirectories(place.resolve("npm")).toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    if (exit != 0) {
      throw new IllegalStateException(
          "npm install ended with " + exit + ": " + Files.readString(log));
    }
  }

  /** A server that Node.js runs. */
  private record Emulator(Process process, URI url) implements AutoCloseable {
    /** The arguments of {@code node}, given a port. */
    interface Arguments {
      List<String> of(String port);
    }

    static Emulator start(Workplace place, Map<String, String> environment, Arguments arguments)
        throws IOException, InterruptedException {
      int port = freePort();
      List<String> command = new ArrayList<>(List.of("node"));
      command.addAll(arguments.of(Integer.toString(port)));
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(place.resolve("npm").toFile())
              .redirectErrorStream(true)
              .redirectOutput(place.resolve("node-" + port + ".log").toFile());
      builder.environment().put("KINESIS_MOCK_PLAIN_PORT", Integer.toString(port));
      builder.environment().put("KINESIS_MOCK_TLS_PORT", Integer.toString(freePort()));
      builder
          .environment()
          .put(
              "KINESIS_MOCK_CERT_PATH",
              place.resolve("npm/node_modules/kinesis-local/server.json").toString());
      builder.environment().putAll(environment);
      Process process = builder.start();
      long deadline = System.nanoTime() + STARTS.toNanos();
      while (!isListening(port)) {
        if (process.waitFor(100, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
          process.destroyForcibly();
          throw new IllegalStateException(Files.readString(place.resolve("node-" + port + ".log")));
        }
      }
      return new Emulator(process, URI.create("http://127.0.0.1:" + port + "/"));
    }

    private static boolean isListening(int port) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress("127.0.0.1", port), 200);
        return true;
      } catch (IOException e) {
        return false;
      }
    }

    private static int freePort() throws IOException {
      try (ServerSocket socket = new ServerSocket(0)) {
        return socket.getLocalPort();
      }
    }

    @Override
    public void close() {
      process.destroy();
    }
  }
}
