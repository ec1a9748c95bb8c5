package pinflow.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Posts a body over and over: so many connections, each with one request at a time. Everything
 * happens on one event loop, which is one thread of one core.
 */
final class Load implements AutoCloseable {
  private static final int MOST_REQUESTS = 2_000_000;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final Context loop = vertx.getOrCreateContext();
  private final HttpClient client;
  private final RequestOptions request;
  private final Buffer body;
  private final int connections;

  /**
   * @param p99 milliseconds
   * @param clientBusy the share of its one core that the client used: near 1, the client is what
   *     was measured
   */
  record Result(double requestsPerSecond, double p99, double clientBusy) {
    static Result median(List<Result> results) {
      return results.stream()
          .sorted(Comparator.comparingDouble(Result::requestsPerSecond))
          .toList()
          .get(results.size() / 2);
    }
  }

  Load(URI url, String contentType, String body, int connections) {
    this(url, Map.of("Content-Type", contentType), body, connections);
  }

  Load(URI url, Map<String, String> headers, String body, int connections) {
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(connections));
    this.request = new RequestOptions().setMethod(HttpMethod.POST).setAbsoluteURI(url.toString());
    headers.forEach(request::putHeader);
    this.body = Buffer.buffer(body);
    this.connections = connections;
  }

  /**
   * Posts for so long.
   *
   * @throws IllegalStateException when a request was not answered 200
   */
  Result once(Duration time) {
    Run run = new Run(System.nanoTime() + time.toNanos());
    Promise<Void> done = Promise.promise();
    long start = System.nanoTime();
    loop.runOnContext(
        ignored -> {
          run.cpu = -run.cpuNanos();
          List<Future<Void>> ends = new ArrayList<>();
          for (int i = 0; i < connections; i++) {
            Promise<Void> end = Promise.promise();
            run.post(end);
            ends.add(end.future());
          }
          Future.all(ends)
              .<Void>mapEmpty()
              .onComplete(ended -> run.cpu += run.cpuNanos())
              .onComplete(done);
        });
    done.future().await();
    double seconds = (System.nanoTime() - start) / 1e9;
    long[] latencies = Arrays.copyOf(run.latencies, run.requests);
    Arrays.sort(latencies);
    return new Result(
        run.requests / seconds,
        latencies[(int) (run.requests * 0.99)] / 1e6,
        run.cpu / 1e9 / seconds);
  }

  /** One run's count. Only touched on the event loop. */
  private final class Run {
    private final long end;
    private final long[] latencies = new long[MOST_REQUESTS];
    private int requests;
    private long cpu;

    Run(long end) {
      this.end = end;
    }

    long cpuNanos() {
      return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /**
     * Posts until the time is over, one request after the other.
     *
     * <p>Not composed into one future of all of them: at the end of a chain of thousands each
     * completes the one before on the same stack, which overflows.
     */
    void post(Promise<Void> end) {
      long start = System.nanoTime();
      client
          .request(request)
          .compose(r -> r.send(body))
          .compose(
              response ->
                  response.statusCode() == 200
                      ? response.body()
                      : response.body().compose(text -> refused(response.statusCode(), text)))
          .onFailure(end::fail)
          .onSuccess(
              answer -> {
                long now = System.nanoTime();
                latencies[requests++] = now - start;
                if (now < this.end && requests < MOST_REQUESTS - connections) {
                  post(end);
                } else {
                  end.complete();
                }
              });
    }
  }

  private static Future<Buffer> refused(int status, Buffer text) {
    return Future.failedFuture(new IllegalStateException("answered " + status + ": " + text));
  }

  /** A produce request of so many records of 1 kB. */
  static String produceBody(int records) {
    String record =
        "{\"value\":{\"index\":7528,\"unique_id\":\"fbe53c66-3442-4773-b19e-d3ec6f54dddf\",\"follower_count\":\"9k\",\"downloaded\":1,\"description\":\""
            + "x".repeat(860)
            + "\"}}";
    return "{\"records\":[" + String.join(",", Collections.nCopies(records, record)) + "]}";
  }

  @Override
  public void close() {
    client.close().await();
    vertx.close().await();
  }
}
