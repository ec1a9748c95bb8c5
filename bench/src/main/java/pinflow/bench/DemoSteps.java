package pinflow.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How long each step of {@code ./pinflow demo} takes, and its share of the whole. */
public final class DemoSteps {
  private static final int ROUNDS = Integer.getInteger("rounds", 3);

  private DemoSteps() {}

  public static void main(String[] args) throws Exception {
    List<Map<String, Double>> rounds = new ArrayList<>();
    try (Workplace place = Workplace.make()) {
      PinflowCommand pinflow = new PinflowCommand(place);
      for (int i = 0; i < ROUNDS; i++) {
        PinflowCommand.Ended demo = pinflow.run("demo", "--json");
        Map<String, Double> seconds = new LinkedHashMap<>();
        demo.json()
            .path("seconds")
            .properties()
            .forEach(step -> seconds.put(step.getKey(), step.getValue().asDouble()));
        seconds.put("the command", demo.seconds());
        rounds.add(seconds);
      }
    }
    System.out.printf(
        "Median of %d rounds, least and greatest in brackets. Some steps run side by side.%n%n",
        ROUNDS);
    System.out.println("| step | seconds | share of the command |");
    System.out.println("| --- | --- | --- |");
    for (String step : rounds.get(0).keySet()) {
      System.out.printf(
          Locale.ROOT,
          "| %s | %s | %s |%n",
          step,
          Spread.of(rounds.stream().map(round -> seconds(round, step)).toList()).with(1),
          Spread.of(
                  rounds.stream()
                      .map(round -> seconds(round, step) / seconds(round, "the command"))
                      .toList())
              .with(2));
    }
  }

  private static double seconds(Map<String, Double> round, String step) {
    return round.getOrDefault(step, 0.0);
  }
}
