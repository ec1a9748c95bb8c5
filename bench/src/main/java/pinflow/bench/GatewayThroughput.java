package pinflow.bench;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import pinflow.gateway.Gateway;
import pinflow.gateway.GatewayConfig;
import pinflow.platform.Broker;

/**
 * What the gateway takes, beside a bare Kafka producer on the same broker with as many records on
 * their way and the same durability, and beside its own HTTP server without a log behind it; with
 * an fsync of each append and without. All are in this JVM; records of 1 kB, topics of one
 * partition, by turns. Some five minutes.
 */
public final class GatewayThroughput {
  private static final int ROUNDS = Integer.getInteger("rounds", 5);
  private static final Duration FIRST_WARM_UP = Duration.ofSeconds(8);
  private static final Duration WARM_UP = Duration.ofSeconds(2);
  private static final Duration RUN = Duration.ofSeconds(2);

  private static final int[] CONNECTIONS = {32, 8};
  private static final int[] RECORDS = {1, 500};

  private GatewayThroughput() {}

  /** So many connections, each with one request of so many records on its way. */
  private record Case(int connections, int records, boolean fsync) {
    static List<Case> all() {
      List<Case> all = new ArrayList<>();
      for (int records : RECORDS) {
        for (int connections : CONNECTIONS) {
          all.add(new Case(connections, records, true));
          all.add(new Case(connections, records, false));
        }
      }
      return all;
    }

    String topic(String of) {
      return "%s-%d-%d-%s".formatted(of, connections, records, fsync);
    }
  }

  /**
   * What was reached in one round.
   *
   * @param http and {@code gateway} in requests, {@code producer} in records
   */
  private record Round(int records, Load.Result http, Load.Result gateway, double producer) {
    double gatewayRecords() {
      return gateway.requestsPerSecond() * records;
    }

    double toProducer() {
      return gatewayRecords() / producer;
    }

    double toHttp() {
      return gateway.requestsPerSecond() / http.requestsPerSecond();
    }
  }

  public static void main(String[] args) throws Exception {
    try (Workplace place = Workplace.make();
        Broker broker = Broker.start(place.resolve("kafka"), 0);
        HttpServers.Log nothing = new HttpServers.Log();
        Gateway gateway = Gateway.start(GatewayConfig.of("127.0.0.1", 0, broker.bootstrap()))) {
      HttpServers.Candidate http = HttpServers.vertx(nothing, 1);
      try (AutoCloseable closed = http.server()) {
        System.out.printf("Median of %d rounds, least and greatest in brackets.%n%n", ROUNDS);
        System.out.println(
            "| connections | records a request | fsync | records/s | p99 ms | to the bare producer | to the bare HTTP server | client's core |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- |");
        Duration warmUp = FIRST_WARM_UP;
        for (Case c : Case.all()) {
          print(c, rounds(c, broker.bootstrap(), gateway.url(), http.port(), warmUp));
          warmUp = WARM_UP;
        }
      }
    }
  }

  private static List<Round> rounds(
      Case c, String bootstrap, URI gatewayUrl, int httpPort, Duration warmUp) throws Exception {
    create(bootstrap, c, c.topic("gateway"));
    create(bootstrap, c, c.topic("producer"));
    String body = Load.produceBody(c.records());
    URI bare = URI.create("http://127.0.0.1:" + httpPort + "/topics/t");
    URI topic = URI.create(gatewayUrl + "/topics/" + c.topic("gateway"));
    byte[] value = Load.produceBody(1).getBytes(StandardCharsets.UTF_8);
    int onTheirWay = c.connections() * c.records();
    List<Round> rounds = new ArrayList<>();
    try (Load http = new Load(bare, "application/json", body, c.connections());
        Load gateway =
            new Load(topic, "application/vnd.kafka.json.v2+json", body, c.connections());
        BareProducer producer =
            new BareProducer(bootstrap, c.topic("producer"), value, onTheirWay)) {
      http.once(warmUp);
      gateway.once(warmUp);
      producer.once(warmUp);
      // By turns: what else the machine does then falls on all of them.
      for (int i = 0; i < ROUNDS; i++) {
        rounds.add(new Round(c.records(), http.once(RUN), gateway.once(RUN), producer.once(RUN)));
      }
    }
    return rounds;
  }

  /** A topic of one partition; without fsync the broker leaves it to the system when to write. */
  private static void create(String bootstrap, Case c, String name)
      throws ExecutionException, InterruptedException {
    NewTopic topic = new NewTopic(name, Optional.of(1), Optional.of((short) 1));
    String everySoMany = c.fsync() ? "1" : Long.toString(Long.MAX_VALUE);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin.createTopics(List.of(topic.configs(Map.of("flush.messages", everySoMany)))).all().get();
    }
  }

  private static void print(Case c, List<Round> rounds) {
    System.out.printf(
        "| %d | %d | %s | %s | %s | %s | %s | %s |%n",
        c.connections(),
        c.records(),
        c.fsync() ? "each append" : "none",
        spread(rounds, Round::gatewayRecords).with(0),
        spread(rounds, round -> round.gateway().p99()).with(0),
        spread(rounds, Round::toProducer).with(2),
        spread(rounds, Round::toHttp).with(2),
        spread(rounds, round -> round.gateway().clientBusy()).with(2));
  }

  private static Spread spread(List<Round> rounds, ToDoubleFunction<Round> figure) {
    return Spread.of(rounds.stream().map(figure::applyAsDouble).toList());
  }
}
