package pinflow.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How long it takes from a record's acknowledgement to its row's commit while {@code pinflow
 * emulate stream} puts 200 posts a second, 600 records, into three streams: beside the aims of a
 * second for the median and two for p99. Of each stream the last 10,000 rows count, so the first
 * minute does not, in which the JVM compiles. Some two and a half minutes a round.
 */
public final class LiveLatency {
  private static final int ROUNDS = Integer.getInteger("rounds", 3);
  private static final int POSTS = 23_000;
  private static final int RATE = 200;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Map<String, Double> AIMS = Map.of("p50", 1_000.0, "p99", 2_000.0);

  private LiveLatency() {}

  public static void main(String[] args) throws Exception {
    Map<String, List<Double>> figures = new LinkedHashMap<>();
    for (int i = 0; i < ROUNDS; i++) {
      try (Workplace place = Workplace.make()) {
        PinflowCommand pinflow = new PinflowCommand(place);
        pinflow.run("up", "--detach", "--ports", "auto");
        try {
          round(pinflow, figures);
        } finally {
          pinflow.run("down");
        }
      }
    }
    System.out.printf("Median of %d rounds, least and greatest in brackets.%n%n", ROUNDS);
    System.out.println("| stream | percentile | ms | to the aim |");
    System.out.println("| --- | --- | --- | --- |");
    figures.forEach(
        (name, millis) -> {
          double aim = AIMS.getOrDefault(name.substring(name.lastIndexOf(' ') + 1), 1.0);
          System.out.printf(
              "| %s | %s | %s |%n",
              name.replace(" ", " | "),
              Spread.of(millis).with(0),
              Spread.of(millis.stream().map(m -> m / aim).toList()).with(2));
        });
  }

  private static void round(PinflowCommand pinflow, Map<String, List<Double>> figures)
      throws IOException, InterruptedException {
    pinflow.run("source", "generate", "--posts", Integer.toString(POSTS), "--seed", "7");
    pinflow.run("emulate", "stream", "--create", "--posts", "1");
    await(pinflow, 1);
    pinflow.run("emulate", "stream", "--rate", Integer.toString(RATE));
    for (JsonNode stream : await(pinflow, POSTS * 9L / 10)) {
      String table = stream.path("stream").asText().replaceFirst(".*-", "");
      for (String percentile : List.of("p50", "p99")) {
        figures
            .computeIfAbsent(table + " " + percentile, name -> new ArrayList<>())
            .add(stream.path("latency_ms").path(percentile).asDouble());
      }
    }
  }

  /** Waits until each stream has had so many records, and there are none to come. */
  private static JsonNode await(PinflowCommand pinflow, long records)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      JsonNode streams = pinflow.run("live", "status", "--json").json().path("streams");
      boolean through = streams.size() == 3;
      for (JsonNode stream : streams) {
        through &=
            stream.path("events").asLong() >= records
                && stream.path("lag").path("events").asLong() == 0;
      }
      if (through) {
        return streams;
      }
    }
    throw new IllegalStateException("The live way was not through within " + PATIENCE);
  }
}
