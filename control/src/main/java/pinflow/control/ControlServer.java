package pinflow.control;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.BindException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pinflow.control.runs.RunRefused;

/**
 * The HTTP server of control: the Jobs API, our own, and pages of runs. Bodies are bounded each and
 * together, requests wait for a bounded number of threads, and no event loop waits for the
 * database.
 */
public final class ControlServer implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(ControlServer.class);

  /** A larger body is answered 413. */
  static final int MAX_BODY = 1 << 20;

  private static final long MAX_BODIES = 64L << 20;
  private static final int THREADS = 8;
  private static final int MAX_WAITING = 2_000;
  private static final Duration DROP_WITHIN = Duration.ofSeconds(5);
  private static final Duration BODY_WITHIN = Duration.ofSeconds(30);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);
  private static final String TOO_LARGE =
      "The body is larger than %d bytes. Send less; parameters are no place for data."
          .formatted(MAX_BODY);
  private static final String BUSY = "Too many requests wait. Try again in a moment.";

  private final ControlConfig config;
  private final Vertx vertx;
  private final ThreadPoolExecutor threads;
  private final AtomicLong bodies = new AtomicLong();
  private final HttpServer server;
  private volatile Routes routes = new Routes();
  private volatile boolean open;

  private ControlServer(ControlConfig config) {
    this.config = config;
    this.vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
    this.threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(MAX_WAITING),
            task -> new Thread(task, "control"));
    this.server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setMaxHeaderSize(16 * 1024)
                    .setIdleTimeout((int) BODY_WITHIN.toSeconds() * 2))
            .requestHandler(this::serve)
            .invalidRequestHandler(
                request ->
                    write(
                        request.response(),
                        Answer.error(
                            ApiError.MALFORMED_REQUEST, "This is not HTTP. Check the client.")));
  }

  /**
   * Listens, and then answers.
   *
   * @param routes made with what leads to the server
   * @throws IllegalStateException if the port is taken
   */
  public static ControlServer start(ControlConfig config, Function<PageLinks, Routes> routes) {
    ControlServer server = new ControlServer(config);
    try {
      server
          .server
          .listen(config.port(), config.host())
          .toCompletionStage()
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS);
      server.routes = routes.apply(server.links());
      server.open = true;
      return server;
    } catch (ExecutionException | TimeoutException e) {
      server.close();
      Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
      throw new IllegalStateException(
          cause instanceof BindException
              ? "Port %d is taken: another process listens on %s:%d. Stop it, or set control.port to a free one."
                  .formatted(config.port(), config.host(), config.port())
              : "Control cannot listen on %s:%d: %s. Check control.host and control.port."
                  .formatted(config.host(), config.port(), cause),
          cause);
    } catch (InterruptedException e) {
      server.close();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Control was interrupted while it started.", e);
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** Where it listens, without a slash at the end. */
  public URI url() {
    String host = config.host().contains(":") ? "[" + config.host() + "]" : config.host();
    return URI.create("http://" + host + ":" + server.actualPort());
  }

  private void serve(HttpServerRequest request) {
    Context context = vertx.getOrCreateContext();
    try {
      if (!open) {
        throw new ApiException(ApiError.TEMPORARILY_UNAVAILABLE, "Control starts. Try again soon.");
      }
      if (!isOpenedByItsLink(request)) {
        authenticate(request.getHeader("Authorization"));
      }
      Routes.Found found = routes.find(request.method().name(), request.path());
      read(
          request,
          body -> later(request, context, () -> found.handler().apply(call(found, request, body))));
    } catch (ApiException e) {
      Answer answer = Answer.error(e.error(), String.valueOf(e.getMessage()));
      refuse(
          request,
          e.error() == ApiError.UNAUTHENTICATED
              ? answer.with("WWW-Authenticate", "Basic realm=\"pinflow\", charset=\"UTF-8\"")
              : answer);
    }
  }

  private static Call call(Routes.Found found, HttpServerRequest request, byte[] body) {
    return Call.of(
        found.path(), Routes.query(request.query()), body, request.getHeader("User-Agent"));
  }

  private boolean isOpenedByItsLink(HttpServerRequest request) {
    String[] parts = request.path().split("/");
    return parts.length == 3
        && parts[1].equals("runs")
        && Routes.query(request.query()).stream()
            .anyMatch(
                field -> field.getKey().equals("key") && links().opens(parts[2], field.getValue()));
  }

  /** Those of the pages of runs. */
  public PageLinks links() {
    return new PageLinks(url(), config.token());
  }

  private void authenticate(@Nullable String header) {
    String[] words = header == null ? new String[0] : header.split(" ", 2);
    if (words.length < 2) {
      throw new ApiException(
          ApiError.UNAUTHENTICATED,
          "No token was sent. Send Authorization: Bearer <token>; `pinflow status --json` has it as credentials.jobs_token.");
    }
    String given = words[1].strip();
    if (words[0].equalsIgnoreCase("Basic")) {
      try {
        String pair = new String(Base64.getDecoder().decode(given), StandardCharsets.UTF_8);
        given = pair.startsWith("token:") ? pair.substring("token:".length()) : "";
      } catch (IllegalArgumentException e) {
        given = ""; // which is no token
      }
    } else if (!words[0].equalsIgnoreCase("Bearer")) {
      given = "";
    }
    byte[] right = config.token().getBytes(StandardCharsets.UTF_8);
    if (!MessageDigest.isEqual(right, given.getBytes(StandardCharsets.UTF_8))) {
      throw new ApiException(
          ApiError.PERMISSION_DENIED,
          "Invalid access token. `pinflow status --json` has the right one as credentials.jobs_token.");
    }
  }

  /** The body, if it is small enough and there is room for it; else refuses, and reads no more. */
  private void read(HttpServerRequest request, java.util.function.Consumer<byte[]> then) {
    if (announced(request) > MAX_BODY) {
      throw new ApiException(ApiError.MAX_REQUEST_SIZE_EXCEEDED, TOO_LARGE);
    }
    Buffer received = Buffer.buffer();
    boolean[] refused = {false};
    long timer = vertx.setTimer(BODY_WITHIN.toMillis(), late -> request.connection().close());
    // One of them comes first, and both may.
    AtomicLong held = new AtomicLong();
    request.response().closeHandler(gone -> bodies.addAndGet(-held.getAndSet(0)));
    request.response().endHandler(sent -> bodies.addAndGet(-held.getAndSet(0)));
    request.connection().closeHandler(gone -> vertx.cancelTimer(timer));
    request.handler(
        chunk -> {
          if (refused[0]) {
            return;
          }
          boolean tooLarge = received.length() + chunk.length() > MAX_BODY;
          if (tooLarge || bodies.get() + chunk.length() > MAX_BODIES) {
            refused[0] = true;
            vertx.cancelTimer(timer);
            refuse(
                request,
                tooLarge
                    ? Answer.error(ApiError.MAX_REQUEST_SIZE_EXCEEDED, TOO_LARGE)
                    : Answer.error(ApiError.REQUEST_LIMIT_EXCEEDED, BUSY));
          } else {
            bodies.addAndGet(chunk.length());
            held.addAndGet(chunk.length());
            received.appendBuffer(chunk);
          }
        });
    request.endHandler(
        end -> {
          vertx.cancelTimer(timer);
          if (!refused[0]) {
            then.accept(received.getBytes());
          }
        });
    if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
      request.response().writeContinue();
    }
  }

  private static long announced(HttpServerRequest request) {
    String length = request.getHeader("Content-Length");
    try {
      return length == null ? 0 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      return 0; // the decoder refuses it; the bytes are counted anyway
    }
  }

  /** What waits for the database, off the event loop. */
  private void later(
      HttpServerRequest request, Context context, java.util.function.Supplier<Answer> work) {
    try {
      threads.execute(
          () -> {
            Answer answer = answer(request, work);
            context.runOnContext(ignored -> write(request.response(), answer));
          });
    } catch (RejectedExecutionException e) {
      write(request.response(), Answer.error(ApiError.REQUEST_LIMIT_EXCEEDED, BUSY));
    }
  }

  private static Answer answer(
      HttpServerRequest request, java.util.function.Supplier<Answer> work) {
    try {
      return work.get();
    } catch (ApiException e) {
      return Answer.error(e.error(), String.valueOf(e.getMessage()));
    } catch (RunRefused e) {
      return Answer.error(ApiError.of(e.reason()), String.valueOf(e.getMessage()));
    } catch (org.jdbi.v3.core.JdbiException e) {
      logger.warn("{} {} could not be answered", request.method(), request.path(), e);
      return Answer.error(
          ApiError.TEMPORARILY_UNAVAILABLE,
          "The database of runs does not answer. Try again; the log of `pinflow up` says why.");
    } catch (RuntimeException e) {
      logger.error("{} {} could not be answered", request.method(), request.path(), e);
      return Answer.error(
          ApiError.INTERNAL_ERROR,
          "Control failed: %s. The log of `pinflow up` has more.".formatted(e));
    }
  }

  private static void write(HttpServerResponse response, Answer answer) {
    if (response.closed() || response.ended()) {
      return;
    }
    response.setStatusCode(answer.status()).putHeader("Content-Type", answer.contentType());
    answer.headers().forEach(response::putHeader);
    response.end(Buffer.buffer(answer.body()));
  }

  /**
   * Answers before the body has been read. It is not kept, only dropped for a moment: a client that
   * is still sending would else see a reset connection in place of the answer.
   */
  private void refuse(HttpServerRequest request, Answer answer) {
    boolean asks = "100-continue".equalsIgnoreCase(request.getHeader("Expect"));
    if (!request.isEnded() && !asks) {
      long timer = vertx.setTimer(DROP_WITHIN.toMillis(), late -> request.connection().close());
      request
          .handler(chunk -> {})
          .endHandler(end -> vertx.cancelTimer(timer))
          .exceptionHandler(gone -> vertx.cancelTimer(timer));
    }
    write(request.response(), answer);
  }

  /** Stops taking requests, and answers those that it has. */
  @Override
  public void close() {
    await(server.shutdown(CLOSE_WITHIN));
    threads.shutdown();
    await(vertx.close());
  }

  private static void await(Future<?> future) {
    try {
      future
          .toCompletionStage()
          .toCompletableFuture()
          .get(CLOSE_WITHIN.toSeconds() + 1, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      logger.warn("Control's server did not stop in order", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
