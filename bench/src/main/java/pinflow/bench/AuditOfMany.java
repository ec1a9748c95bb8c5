package pinflow.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * {@code pinflow audit} and {@code audit --deep} over a state that has come the real way: posts
 * from the database through gateway, log and sink into tables and answers. Beside them the time
 * that it takes to read all those files and hash their bytes on as many threads as the deep audit
 * has.
 *
 * <p>334,000 posts make a million events; these take some five minutes until they can be audited.
 */
public final class AuditOfMany {
  private static final int POSTS = Integer.getInteger("posts", 334_000);
  private static final int ROUNDS = Integer.getInteger("rounds", 3);
  private static final int THREADS = 2;

  private AuditOfMany() {}

  private record Round(double audit, double deep, double hashing) {}

  public static void main(String[] args) throws Exception {
    try (Workplace place = Workplace.make()) {
      PinflowCommand pinflow = new PinflowCommand(place);
      pinflow.run("up", "--detach", "--ports", "auto");
      try {
        fill(pinflow);
        List<Round> rounds = new ArrayList<>();
        long events = 0;
        for (int i = 0; i < ROUNDS; i++) {
          PinflowCommand.Ended audit = pinflow.run("audit", "--json");
          events = expectGood(audit.json());
          PinflowCommand.Ended deep = pinflow.run("audit", "--deep", "--json");
          expectGood(deep.json());
          rounds.add(new Round(audit.seconds(), deep.seconds(), hash(place.resolve("state"))));
        }
        print(rounds, events, place);
      } finally {
        pinflow.run("down");
      }
    }
  }

  private static void fill(PinflowCommand pinflow) throws IOException, InterruptedException {
    String posts = Integer.toString(POSTS);
    say("source", pinflow.run("source", "generate", "--posts", posts));
    say("emulate", pinflow.run("emulate", "batch"));
    say("daily", pinflow.run("job", "daily", "--param", "posts=" + posts));
  }

  private static void say(String step, PinflowCommand.Ended ended) {
    System.out.printf(Locale.ROOT, "%s: %.1f s%n", step, ended.seconds());
  }

  /**
   * @return the events in the lake
   */
  private static long expectGood(JsonNode report) {
    long events = 0;
    for (JsonNode partition : report.path("partitions")) {
      long log = partition.path("log").path("end").asLong();
      if (partition.path("lake").path("end").asLong() != log
          || partition.path("receipts").asLong() != log) {
        throw new IllegalStateException("not all has arrived: " + partition);
      }
      events += log;
    }
    if (!report.path("good").asBoolean() || events == 0) {
      throw new IllegalStateException("the audit is not good: " + report);
    }
    return events;
  }

  /** Reads and hashes the files of log, store and lake; gives the seconds. */
  private static double hash(Path state) throws Exception {
    long began = System.nanoTime();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> hashes = new ArrayList<>();
      for (Path file : files(state)) {
        hashes.add(threads.submit(() -> sha256(file)));
      }
      for (Future<?> hash : hashes) {
        hash.get();
      }
    } finally {
      threads.shutdown();
    }
    return (System.nanoTime() - began) / 1e9;
  }

  /** Without the broker's indexes, which are files of zeros as large as they may become. */
  private static List<Path> files(Path state) throws IOException {
    try (Stream<Path> all = Files.walk(state)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> file.toString().matches(".*(\\.log|\\.json|\\.parquet)"))
          .toList();
    }
  }

  private static void sha256(Path file) {
    try (InputStream in =
        new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void print(List<Round> rounds, long events, Workplace place) throws IOException {
    long bytes = files(place.resolve("state")).stream().mapToLong(f -> f.toFile().length()).sum();
    System.out.printf(
        Locale.ROOT,
        "%n%,d events, %,d MB. Median of %d rounds, least and greatest in brackets.%n%n",
        events,
        bytes / 1_000_000,
        rounds.size());
    System.out.println("| | seconds | to reading and hashing the bytes |");
    System.out.println("| --- | --- | --- |");
    print("`audit`", rounds, rounds.stream().map(Round::audit).toList());
    print("`audit --deep`", rounds, rounds.stream().map(Round::deep).toList());
    print("reading and hashing", rounds, rounds.stream().map(Round::hashing).toList());
  }

  private static void print(String what, List<Round> rounds, List<Double> seconds) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < seconds.size(); i++) {
      ratios.add(seconds.get(i) / rounds.get(i).hashing());
    }
    System.out.printf(
        "| %s | %s | %s |%n", what, Spread.of(seconds).with(1), Spread.of(ratios).with(2));
  }
}
