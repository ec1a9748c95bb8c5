package pinflow.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A daily run of 1,000 new posts on tables of 10 thousand, 100 thousand and 1 million posts: what
 * it costs should follow from what is new and not from what is there. By turns, in a JVM of its own
 * each time. Some six minutes, of which the histories take half.
 */
public final class DailyOnHistory {
  private static final int ROUNDS = Integer.getInteger("rounds", 3);
  private static final int NEW = 1_000;

  private DailyOnHistory() {}

  /** Tables of so many posts. */
  private static final class History implements AutoCloseable {
    private final long posts;
    private final SinkObjects objects;
    private final Lake lake;
    private final List<Lake.Run> runs = new ArrayList<>();

    History(int posts, Bucket bucket, Workplace place) throws Exception {
      String id = "of" + posts;
      this.posts = posts;
      this.objects = new SinkObjects(bucket.store(), id, posts + ROUNDS * NEW);
      this.lake = new Lake(id, bucket.store(), place.resolve("lake-" + posts));
      objects.landUpTo(posts);
      Lake.Run filled = lake.daily(posts);
      System.out.printf(
          Locale.ROOT,
          "%,d posts, %,d events, taken in within %.1f s: %s%n",
          posts,
          filled.events(),
          filled.seconds(),
          filled.steps());
    }

    void day() throws Exception {
      objects.landUpTo(posts + (runs.size() + 1L) * NEW);
      Lake.Run run = lake.daily(NEW);
      if (run.events() < NEW || run.events() > 4 * NEW) {
        throw new IllegalStateException("%d events were new".formatted(run.events()));
      }
      runs.add(run);
    }

    Spread seconds() {
      return Spread.of(runs.stream().map(Lake.Run::seconds).toList());
    }

    Spread step(String name) {
      return Spread.of(runs.stream().map(run -> run.steps().getOrDefault(name, 0.0)).toList());
    }

    /** Round by round. */
    Spread ratio(History first) {
      List<Double> ratios = new ArrayList<>();
      for (int i = 0; i < runs.size(); i++) {
        ratios.add(runs.get(i).seconds() / first.runs.get(i).seconds());
      }
      return Spread.of(ratios);
    }

    @Override
    public void close() {
      objects.close();
    }
  }

  public static void main(String[] args) throws Exception {
    int[] sizes =
        Arrays.stream(System.getProperty("history", "10000,100000,1000000").split(","))
            .mapToInt(Integer::parseInt)
            .toArray();
    List<History> histories = new ArrayList<>();
    try (Workplace place = Workplace.make();
        Bucket bucket = Bucket.start(place.resolve("store"))) {
      for (int posts : sizes) {
        histories.add(new History(posts, bucket, place));
      }
      for (int round = 0; round < ROUNDS; round++) {
        for (History history : histories) {
          history.day();
        }
      }
      print(histories);
    } finally {
      histories.forEach(History::close);
    }
  }

  private static void print(List<History> histories) {
    Set<String> steps = new LinkedHashSet<>();
    histories.get(0).runs.forEach(run -> steps.addAll(run.steps().keySet()));
    System.out.printf(
        "%n%,d new posts, median of %d rounds, least and greatest in brackets; steps in seconds, median.%n%n",
        NEW, ROUNDS);
    System.out.println(
        "| posts of history | seconds | to the first | " + String.join(" | ", steps) + " |");
    System.out.println("| --- ".repeat(3 + steps.size()) + "|");
    for (History history : histories) {
      StringBuilder row = new StringBuilder();
      for (String step : steps) {
        row.append(String.format(Locale.ROOT, " %.1f |", history.step(step).median()));
      }
      System.out.printf(
          Locale.ROOT,
          "| %,d | %s | %s |%s%n",
          history.posts,
          history.seconds().with(1),
          history.ratio(histories.get(0)).with(2),
          row);
    }
  }
}
