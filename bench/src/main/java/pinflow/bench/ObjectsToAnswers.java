package pinflow.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import pinflow.audit.Answers.Answer;

/**
 * From the sink's objects to the answers: Pinflow's daily run, into new tables each time; DuckDB on
 * the same files with the same rules; and the seed's way. Each with the start of its process, by
 * turns; each must give the same rows.
 */
public final class ObjectsToAnswers {
  private static final int POSTS = Integer.getInteger("posts", 100_000);
  private static final int ROUNDS = Integer.getInteger("rounds", 3);
  private static final String ID = "bench";

  private ObjectsToAnswers() {}

  /** Seconds. */
  private record Round(Lake.Run pinflow, double duck, double seed) {}

  public static void main(String[] args) throws Exception {
    try (Workplace place = Workplace.make();
        Bucket bucket = Bucket.start(place.resolve("store"))) {
      long events;
      try (SinkObjects objects = new SinkObjects(bucket.store(), ID, POSTS)) {
        events = objects.landUpTo(POSTS);
      }
      System.out.printf(
          Locale.ROOT,
          "%,d posts, %,d events, %,d MB of objects%n",
          POSTS,
          events,
          place.bytes("store") / 1_000_000);
      List<Round> rounds = new ArrayList<>();
      for (int i = 0; i < ROUNDS; i++) {
        rounds.add(round(place, bucket, place.resolve("lake-" + i), events));
      }
      print(rounds);
    }
  }

  private static Round round(Workplace place, Bucket bucket, Path folder, long events)
      throws Exception {
    Lake lake = new Lake(ID, bucket.store(), folder);
    Lake.Run run = lake.daily(POSTS);
    if (run.events() != events) {
      throw new IllegalStateException(
          "%d events were taken in, not %d".formatted(run.events(), events));
    }
    Answered expected = new Answered();
    for (Answer answer : lake.answers()) {
      expected.add(answer.name(), answer.columns(), answer.rows());
    }
    System.out.printf(Locale.ROOT, "Pinflow %.1f s: %s%n", run.seconds(), run.steps());

    long began = System.nanoTime();
    Answered duck = Duck.answer(bucket.files(), ID, List.copyOf(expected.columns().keySet()));
    double duckSeconds = (System.nanoTime() - began) / 1e9;
    System.out.printf(Locale.ROOT, "DuckDB %.1f s%n", duckSeconds);
    expected.expect("DuckDB", duck);

    began = System.nanoTime();
    Answered seed = SeedStyle.answer(bucket.files(), ID, place.resolve("seed.log"));
    double seedSeconds = (System.nanoTime() - began) / 1e9;
    System.out.printf(Locale.ROOT, "Seed's way %.1f s%n", seedSeconds);
    expected.expect("The seed's way", seed);
    System.out.printf("%d rows of %d answers agree%n", expected.rows(), expected.columns().size());
    return new Round(run, duckSeconds, seedSeconds);
  }

  private static void print(List<Round> rounds) {
    Map<String, ToDoubleFunction<Round>> engines = new LinkedHashMap<>();
    engines.put("Pinflow's daily run", round -> round.pinflow().seconds());
    engines.put("DuckDB, the same rules", Round::duck);
    engines.put("the seed's way", Round::seed);
    System.out.printf("%nMedian of %d rounds, least and greatest in brackets.%n%n", rounds.size());
    System.out.println("| | seconds | to Pinflow |");
    System.out.println("| --- | --- | --- |");
    engines.forEach(
        (name, seconds) ->
            System.out.printf(
                "| %s | %s | %s |%n",
                name,
                spread(rounds, seconds).with(1),
                spread(rounds, r -> seconds.applyAsDouble(r) / r.pinflow().seconds()).with(2)));
    System.out.println();
    rounds
        .get(0)
        .pinflow()
        .steps()
        .keySet()
        .forEach(
            step ->
                System.out.printf(
                    "%s: %s s%n",
                    step,
                    spread(rounds, r -> r.pinflow().steps().getOrDefault(step, 0.0)).with(1)));
  }

  private static Spread spread(List<Round> rounds, ToDoubleFunction<Round> figure) {
    return Spread.of(rounds.stream().map(figure::applyAsDouble).toList());
  }
}
