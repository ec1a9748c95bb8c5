package pinflow.crash;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Puts posts into the streams without a break while Spark and the gateway are killed. In the end
 * every record that has a receipt must have one outcome, and the rows must be those of the same
 * posts sent through the daily job.
 */
final class LiveCrashes implements Scenario {
  private static final Duration THROUGH = Duration.ofMinutes(10);

  /** Each about three records. */
  private static final int POSTS = 33_400;

  private static final int SPARK_KILLS = 10;
  private static final int GATEWAY_KILLS = 5;

  /** Seconds that a kill and what follows it take at most, on average. */
  private static final int ROUND_SECONDS = 90;

  private final Pinflow pinflow;
  private final CuttingProxy proxy;
  private final Parts parts;
  private final Random random;

  LiveCrashes(Path home, Path folder, double cutReplies, long seed) throws IOException {
    this.pinflow = new Pinflow(home.resolve("pinflow"), folder.resolve("live"));
    this.proxy = new CuttingProxy(pinflow.gatewayPort(), cutReplies, seed);
    int rate = POSTS / ((SPARK_KILLS + GATEWAY_KILLS) * ROUND_SECONDS);
    this.parts = new Parts(pinflow, "", "stream", proxy, rate);
    this.random = new Random(seed);
  }

  @Override
  public void run() {
    parts.ensureUp();
    Undisturbed.generate(pinflow, POSTS);
    pinflow.run("emulate", "batch", "-q");
    pinflow.run("job", "daily", "-q");
    List<Victim> victims = new ArrayList<>();
    victims.addAll(Collections.nCopies(SPARK_KILLS, Victim.LIVE));
    victims.addAll(Collections.nCopies(GATEWAY_KILLS, Victim.UP));
    Collections.shuffle(victims, random);
    long taken = 0;
    for (int i = 0; i < victims.size(); i++) {
      taken = awaitMoreThan(taken, parts::ensureEmulator);
      Parts.pause(random.nextInt(5_000));
      boolean killed = parts.kill(victims.get(i));
      System.out.printf(
          "[%d/%d] %s killed, %,d records taken in before%n",
          i + 1, victims.size(), victims.get(i), taken);
      if (!killed) {
        throw new CrashException(victims.get(i) + " was not there to be killed");
      }
    }
    finish();
  }

  /** Waits until the live way has committed something that it had not before. */
  private long awaitMoreThan(long records, Runnable meanwhile) {
    long deadline = System.nanoTime() + THROUGH.toNanos();
    while (System.nanoTime() < deadline) {
      parts.ensureUp();
      meanwhile.run();
      long now = sum(shards(), "end");
      if (now > records) {
        return now;
      }
    }
    throw new CrashException(
        "the live way has taken in nothing for %s; it is at %,d".formatted(THROUGH, records));
  }

  private void finish() {
    parts.ensureUp();
    parts.kill(Victim.EMULATOR);
    JsonNode sent = pinflow.json(parts.emulate("--json"));
    long acknowledged = Parts.acknowledged(sent);
    long inLog = sum(shards(), "log/end");
    if (inLog != acknowledged) {
      throw new CrashException(
          "the streams hold %,d records, %,d were acknowledged".formatted(inLog, acknowledged));
    }
    long taken = 0;
    while (taken < inLog) {
      taken = awaitMoreThan(taken, () -> {});
    }
    JsonNode found = pinflow.json("audit", "--json");
    long outcomes = 0;
    for (String outcome : List.of("clean", "quarantined", "duplicate", "superseded")) {
      outcomes += sum(found.path("live").path("shards"), outcome);
    }
    if (outcomes != inLog || !found.path("live").path("under_way").isEmpty()) {
      throw new CrashException(
          "of %,d records %,d have an outcome: %s".formatted(inLog, outcomes, found.path("live")));
    }
    JsonNode compared = pinflow.json("compare", "--json");
    System.out.printf(
        "%,d records in the streams, each once, each with one outcome; Spark killed %d times, the gateway %d; %,d of %,d replies cut.%n"
            + "Rows of the daily job and of the live way: %s%n",
        inLog, SPARK_KILLS, GATEWAY_KILLS, proxy.cut(), proxy.replies(), compared.path("tables"));
    pinflow.run("down", "-q");
  }

  /** Whose audit must be a good one at any time. */
  private JsonNode shards() {
    return pinflow.json("audit", "--json").path("live").path("shards");
  }

  /**
   * @param what a number of a shard: {@code end} and the outcomes are those of the lake
   */
  private static long sum(JsonNode shards, String what) {
    long sum = 0;
    for (JsonNode shard : shards) {
      sum += shard.at(what.contains("/") ? "/" + what : "/lake/" + what).asLong();
    }
    return sum;
  }

  @Override
  public void close() {
    parts.close();
  }
}
