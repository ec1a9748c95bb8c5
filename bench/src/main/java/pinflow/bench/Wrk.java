package pinflow.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Drives a server on loopback with wrk: so many connections, each with one request at a time. */
final class Wrk {
  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
  private static final Pattern P99 = Pattern.compile("99%\\s+([0-9.]+)(us|ms|s)");
  private static final Pattern BAD = Pattern.compile("Non-2xx or 3xx responses: (\\d+)");

  private Wrk() {}

  /**
   * @param p99 milliseconds
   */
  record Result(double requestsPerSecond, double p99) {}

  /**
   * Posts a body over and over: a warm-up, then runs, of which the median counts.
   *
   * @throws IllegalStateException when wrk is not there, or a request was not answered 2xx
   */
  static Result post(
      URI url,
      String contentType,
      String body,
      int connections,
      Duration warmUp,
      int runs,
      Duration run)
      throws IOException, InterruptedException {
    Path script = Files.createTempFile("pinflow-bench", ".lua");
    try {
      Files.writeString(
          script,
          "wrk.method = \"POST\"\nwrk.headers[\"Content-Type\"] = \"%s\"\nwrk.body = [==[%s]==]\n"
              .formatted(contentType, body));
      once(url, script, connections, warmUp);
      List<Result> results = new ArrayList<>();
      for (int i = 0; i < runs; i++) {
        results.add(once(url, script, connections, run));
      }
      results.sort(Comparator.comparingDouble(Result::requestsPerSecond));
      return results.get(runs / 2);
    } finally {
      Files.delete(script);
    }
  }

  private static Result once(URI url, Path script, int connections, Duration time)
      throws IOException, InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder(
                  "wrk",
                  "-t1",
                  "-c" + connections,
                  "-d" + time.toSeconds() + "s",
                  "--latency",
                  "-s",
                  script.toString(),
                  url.toString())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      throw new IllegalStateException(
          "wrk is not installed. The benchmarks drive servers with it: apt-get install wrk (or brew install wrk).",
          e);
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher rate = RATE.matcher(output);
    Matcher p99 = P99.matcher(output);
    if (process.waitFor() != 0 || !rate.find() || !p99.find() || BAD.matcher(output).find()) {
      throw new IllegalStateException("wrk: " + output);
    }
    double unit = p99.group(2).equals("us") ? 0.001 : p99.group(2).equals("ms") ? 1 : 1000;
    return new Result(Double.parseDouble(rate.group(1)), Double.parseDouble(p99.group(1)) * unit);
  }

  /** A record of 1 kB in a produce request. */
  static String produceBody(int records) {
    String record =
        "{\"value\":{\"index\":7528,\"unique_id\":\"fbe53c66-3442-4773-b19e-d3ec6f54dddf\",\"follower_count\":\"9k\",\"downloaded\":1,\"description\":\""
            + "x".repeat(860)
            + "\"}}";
    return "{\"records\":["
        + String.join(",", java.util.Collections.nCopies(records, record))
        + "]}";
  }
}
