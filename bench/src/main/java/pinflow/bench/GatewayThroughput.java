package pinflow.bench;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import pinflow.gateway.Gateway;
import pinflow.gateway.GatewayConfig;
import pinflow.platform.Broker;

/**
 * What the gateway takes, each record on disk before it is acknowledged: broker, gateway and load
 * on one machine, 1 kB records, warm, the median of three runs. Arguments: a folder for the log.
 */
public final class GatewayThroughput {
  private static final int RUNS = 3;
  private static final Duration RUN = Duration.ofSeconds(6);

  private GatewayThroughput() {}

  /**
   * @param warmUp a JVM fresh from the start is several times slower
   */
  private record Case(int connections, int records, int partitions, Duration warmUp) {}

  public static void main(String[] args) throws Exception {
    Path folder = args.length > 0 ? Path.of(args[0]) : Files.createTempDirectory("pinflow-bench");
    try (Broker broker = Broker.start(folder, 0);
        Gateway gateway = Gateway.start(GatewayConfig.of("127.0.0.1", 0, broker.bootstrap()))) {
      System.out.printf(
          "%12s %8s %10s %12s %12s %10s%n",
          "connections", "records", "partitions", "requests/s", "records/s", "p99 (ms)");
      for (Case c :
          new Case[] {
            new Case(32, 1, 1, Duration.ofSeconds(15)),
            new Case(32, 1, 3, Duration.ofSeconds(5)),
            new Case(1, 1, 1, Duration.ofSeconds(3)),
            new Case(8, 500, 3, Duration.ofSeconds(5))
          }) {
        String topic = "bench-" + c.connections() + "-" + c.records() + "-" + c.partitions();
        broker.createTopics(Map.of(topic, c.partitions()));
        Wrk.Result result =
            Wrk.post(
                URI.create(gateway.url() + "/topics/" + topic),
                "application/vnd.kafka.json.v2+json",
                Wrk.produceBody(c.records()),
                c.connections(),
                c.warmUp(),
                RUNS,
                RUN);
        System.out.printf(
            "%12d %8d %10d %,12.0f %,12.0f %10.1f%n",
            c.connections(),
            c.records(),
            c.partitions(),
            result.requestsPerSecond(),
            result.requestsPerSecond() * c.records(),
            result.p99());
      }
    }
  }
}
