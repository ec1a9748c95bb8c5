package pinflow.bench;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import pinflow.gateway.Gateway;
import pinflow.gateway.GatewayConfig;
import pinflow.platform.Broker;

/**
 * What the gateway takes, each record on disk before it is acknowledged, beside what a bare Kafka
 * producer reaches on the same broker with as many records on their way. Broker, gateway and load
 * are in this JVM; records of 1 kB, topics of one partition, warm, the median of three runs.
 */
public final class GatewayThroughput {
  private static final int RUNS = 3;
  private static final Duration WARM_UP = Duration.ofSeconds(8);
  private static final Duration RUN = Duration.ofSeconds(4);

  private GatewayThroughput() {}

  /** So many connections, each with one request of so many records on its way. */
  private record Case(int connections, int records) {}

  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory(Path.of("").toAbsolutePath(), "pinflow-bench-");
    try (Broker broker = Broker.start(folder, 0);
        Gateway gateway = Gateway.start(GatewayConfig.of("127.0.0.1", 0, broker.bootstrap()))) {
      System.out.printf(
          "%11s %8s %11s %10s %10s %14s %14s %6s%n",
          "connections",
          "records",
          "requests/s",
          "p99 (ms)",
          "records/s",
          "client's core",
          "producer alone",
          "ratio");
      for (Case c : new Case[] {new Case(32, 1), new Case(8, 500)}) {
        String name = c.connections() + "-" + c.records();
        broker.createTopics(Map.of("gateway-" + name, 1, "producer-" + name, 1));
        List<Load.Result> runs = new ArrayList<>();
        double[] aloneRuns = new double[RUNS];
        try (Load load =
                new Load(
                    URI.create(gateway.url() + "/topics/gateway-" + name),
                    "application/vnd.kafka.json.v2+json",
                    Load.produceBody(c.records()),
                    c.connections());
            BareProducer producer =
                new BareProducer(
                    broker.bootstrap(),
                    "producer-" + name,
                    Load.produceBody(1).getBytes(StandardCharsets.UTF_8),
                    c.connections() * c.records())) {
          load.once(WARM_UP);
          producer.once(WARM_UP);
          // By turns: what else the machine does then falls on both.
          for (int i = 0; i < RUNS; i++) {
            runs.add(load.once(RUN));
            aloneRuns[i] = producer.once(RUN);
          }
        }
        Load.Result result = Load.Result.median(runs);
        double records = result.requestsPerSecond() * c.records();
        Arrays.sort(aloneRuns);
        double alone = aloneRuns[RUNS / 2];
        System.out.printf(
            "%11d %8d %,11.0f %10.1f %,10.0f %13.0f%% %,14.0f %6.2f%n",
            c.connections(),
            c.records(),
            result.requestsPerSecond(),
            result.p99(),
            records,
            100 * result.clientBusy(),
            alone,
            records / alone);
      }
    } finally {
      delete(folder);
    }
  }

  private static void delete(Path folder) throws Exception {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
