package pinflow.gateway;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pinflow.gateway.BodyException.Reason;

/**
 * A request and its one answer. Made and read on the connection's event loop; answered from any
 * thread, and only the first answer counts.
 */
public final class Exchange {
  private static final Duration DROP_WITHIN = Duration.ofSeconds(5);

  private final HttpServerRequest request;
  private final Context context;
  private final Vertx vertx;
  private final GatewayConfig config;
  private final InFlight.Lease lease;
  private final AtomicBoolean answered = new AtomicBoolean();
  private Map<String, String> path = Map.of();
  private boolean continued;
  private boolean finished;
  private long timer;
  private volatile Runnable onDeadline;
  private volatile boolean gone;

  /**
   * @param onDeadline run on the event loop when the request is not answered in time
   */
  Exchange(
      HttpServerRequest request,
      Context context,
      GatewayConfig config,
      InFlight inFlight,
      Consumer<Exchange> onDeadline) {
    this.request = request;
    this.context = context;
    this.vertx = context.owner();
    this.config = config;
    this.lease = inFlight.lease();
    this.onDeadline = () -> onDeadline.accept(this);
    this.timer = vertx.setTimer(config.requestDeadline().toMillis(), late -> expire());
    request
        .response()
        .closeHandler(
            closed -> {
              answered.set(true); // nobody is there to read an answer
              gone = true;
              finish();
            });
  }

  private void expire() {
    // The answer gets as long again to be taken by the client.
    timer = vertx.setTimer(config.requestDeadline().toMillis(), tooLate -> hangUp());
    onDeadline.run();
  }

  private boolean isHttp2() {
    return request.version() == HttpVersion.HTTP_2;
  }

  /** Ends the request without an answer; an HTTP/2 connection has others. */
  private void hangUp() {
    if (isHttp2()) {
      request.response().reset();
    } else {
      request.connection().close();
    }
  }

  /** On the event loop, when the answer has left or the client has. */
  private void finish() {
    if (!finished) {
      finished = true;
      vertx.cancelTimer(timer);
      lease.close();
    }
  }

  void setPath(Map<String, String> parameters) {
    this.path = parameters;
  }

  /** A part of the path, decoded, by its name in the route. */
  public String path(String name) {
    return Objects.requireNonNull(path.get(name), name);
  }

  public HttpMethod method() {
    return request.method();
  }

  /** As the client wrote it. */
  public String rawPath() {
    return request.path();
  }

  /** As the client wrote it; empty for none. */
  public String rawQuery() {
    return request.query() == null ? "" : request.query();
  }

  /** Host and port as the client calls this server, also over HTTP/2; null if it does not. */
  public @Nullable String authority() {
    return request.authority() == null ? null : request.authority().toString();
  }

  public @Nullable String query(String name) {
    return request.getParam(name);
  }

  public @Nullable String header(String name) {
    return request.getHeader(name);
  }

  public List<String> headers(String name) {
    return request.headers().getAll(name);
  }

  /** Run on the event loop when the request is not answered in time; replaces an earlier one. */
  public void onDeadline(Runnable action) {
    this.onDeadline = action;
  }

  /** Whether an answer was given, or the client is gone. */
  public boolean isAnswered() {
    return answered.get();
  }

  /**
   * What the request holds of the gateway's memory, until its answer has left. Who needs it longer
   * shares it, on the event loop and while the request {@linkplain #isAnswered is not answered}.
   */
  public InFlight.Lease lease() {
    return lease;
  }

  /**
   * The body, within the limits of size, memory and time; else fails with a {@link BodyException}.
   */
  public Future<byte[]> body() {
    Promise<byte[]> body = Promise.promise();
    if (announced() > config.maxRequestBytes()) {
      body.fail(new BodyException(Reason.TOO_LARGE));
      return body.future();
    }
    if (expectsContinue()) {
      continued = true;
      request.response().writeContinue();
    }
    Buffer received = Buffer.buffer();
    Runnable afterwards = onDeadline;
    onDeadline(() -> body.tryFail(new BodyException(Reason.TOO_SLOW)));
    request.handler(
        chunk -> {
          if (body.future().isComplete()) {
            return; // refused already: the rest is dropped
          }
          if (received.length() + chunk.length() > config.maxRequestBytes()) {
            body.fail(new BodyException(Reason.TOO_LARGE));
          } else if (!lease.grow(chunk.length())) {
            body.fail(new BodyException(Reason.NO_ROOM));
          } else {
            received.appendBuffer(chunk);
          }
        });
    request.endHandler(end -> body.tryComplete(received.getBytes()));
    request.exceptionHandler(failure -> body.tryFail(new BodyException(Reason.GONE)));
    return body.future().onComplete(done -> onDeadline(afterwards));
  }

  private long announced() {
    String length = request.getHeader("Content-Length");
    try {
      return length == null ? 0 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      return 0; // the decoder refuses it; the bytes are counted anyway
    }
  }

  /** Answers, unless an answer was given before. */
  public void answer(Reply reply) {
    if (!answered.compareAndSet(false, true)) {
      return;
    }
    context.runOnContext(ignored -> write(reply));
  }

  /**
   * Begins an answer whose body comes in pieces, for as long as its sender and the client want: no
   * deadline holds any more. Empty when the request is answered.
   *
   * @param head its body is not sent
   */
  public Optional<Pieces> answerInPieces(Reply head) {
    if (!answered.compareAndSet(false, true)) {
      return Optional.empty();
    }
    context.runOnContext(
        ignored -> {
          vertx.cancelTimer(timer);
          HttpServerResponse response = request.response().setStatusCode(head.status());
          head.headers().forEach(response::putHeader);
          response.putHeader("Content-Type", String.valueOf(head.contentType()));
          response.setChunked(!isHttp2());
        });
    return Optional.of(new Pieces());
  }

  /** The body of an answer, piece by piece. */
  public final class Pieces {
    private Pieces() {}

    /** Whether the client is there. */
    public boolean isWanted() {
      return !gone;
    }

    /** Completes when the client has room for another piece, or is gone. */
    public CompletableFuture<?> write(byte[] piece) {
      CompletableFuture<Void> written = new CompletableFuture<>();
      context.runOnContext(
          ignored -> {
            if (gone) {
              written.complete(null);
            } else {
              request
                  .response()
                  .write(Buffer.buffer(piece))
                  .onComplete(done -> written.complete(null));
            }
          });
      return written;
    }

    public void end() {
      context.runOnContext(
          ignored -> {
            if (!gone) {
              request.response().end().onComplete(done -> finish());
            }
          });
    }
  }

  private void write(Reply reply) {
    HttpServerResponse response = request.response();
    if (response.closed()) {
      finish();
      return;
    }
    response.setStatusCode(reply.status());
    reply.headers().forEach(response::putHeader);
    boolean awaitsContinue = expectsContinue() && !continued && !isHttp2();
    if (awaitsContinue) {
      response.putHeader("Connection", "close");
    } else if (!request.isEnded()) {
      dropRest();
    }
    Future<Void> sent;
    if (reply.contentType() == null) {
      sent = response.end();
    } else {
      sent =
          response.putHeader("Content-Type", reply.contentType()).end(Buffer.buffer(reply.body()));
    }
    sent.onComplete(
        done -> {
          finish();
          if (awaitsContinue) {
            request.connection().close();
          }
        });
  }

  private boolean expectsContinue() {
    return "100-continue".equalsIgnoreCase(request.getHeader("Expect"));
  }

  /**
   * A body that nobody wants is read to its end, for a while: a client that is still sending would
   * else see a reset connection in place of the answer.
   */
  private void dropRest() {
    long timer = vertx.setTimer(DROP_WITHIN.toMillis(), late -> hangUp());
    request
        .handler(chunk -> {})
        .endHandler(end -> vertx.cancelTimer(timer))
        .exceptionHandler(gone -> vertx.cancelTimer(timer));
  }
}
