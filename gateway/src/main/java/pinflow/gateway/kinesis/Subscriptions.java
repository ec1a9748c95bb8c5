package pinflow.gateway.kinesis;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import pinflow.gateway.Exchange;
import pinflow.gateway.InFlight;
import pinflow.gateway.Reply;
import software.amazon.eventstream.HeaderValue;
import software.amazon.eventstream.Message;

/**
 * SubscribeToShard: a shard's records as events, as they come, for five minutes. A consumer has one
 * subscription to a shard; a newer one takes its place, but not within five seconds.
 */
final class Subscriptions implements AutoCloseable {
  private static final Duration LIFETIME = Duration.ofMinutes(5);
  private static final Duration UNDISTURBED = Duration.ofSeconds(5);

  /** An event without records tells a consumer that its subscription lives. */
  private static final Duration HEARTBEAT = Duration.ofSeconds(5);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
  private static final int EVENT_RECORDS = 2_000;
  private static final long EVENT_BYTES = 1024 * 1024;

  private final Streams streams;
  private final Arns arns;
  private final Get get;
  private final InstantSource clock;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "gateway-subscriptions"));
  private final ConcurrentMap<Key, Subscription> active = new ConcurrentHashMap<>();

  private record Key(String consumerArn, int shard) {}

  Subscriptions(Streams streams, Arns arns, Get get, InstantSource clock) {
    this.streams = streams;
    this.arns = arns;
    this.get = get;
    this.clock = clock;
  }

  /** Answers in pieces, or fails before the first. */
  CompletionStage<?> subscribe(Requests.SubscribeToShard request, Call call) {
    String arn = Validation.required("consumerARN", request.consumerARN());
    Requests.StartingPosition from =
        Validation.required("startingPosition", request.startingPosition());
    Get.Position type =
        Validation.constant("startingPosition.type", from.type(), Get.Position.class);
    Arns.Resource resource = arns.parse("consumerARN", arn);
    Stream stream = streams.find(resource.stream());
    Consumers.find(stream.state(), resource);
    Shard shard = get.shard(stream.state(), Validation.name("shardId", request.shardId()));
    return get.start(stream.state(), shard, type, from.sequenceNumber(), from.timestamp())
        .thenApply(
            offset -> {
              if (!call.lease().grow(EVENT_BYTES)) {
                throw KinesisException.busy();
              }
              Subscription subscription =
                  new Subscription(
                      stream,
                      shard.number(),
                      resource,
                      call.lease().share(),
                      call.encoding(),
                      offset);
              take(new Key(arn, shard.number()), subscription);
              subscription.begin(call.exchange());
              return Answers.NONE;
            });
  }

  private void take(Key key, Subscription subscription) {
    active.compute(
        key,
        (same, before) -> {
          if (before != null && before.isNew()) {
            subscription.lease.close();
            throw KinesisError.RESOURCE_IN_USE.because(
                "Another active subscription exists for this consumer: %s:%s"
                    .formatted(key.consumerArn(), Shard.id(key.shard())));
          }
          if (before != null) {
            before.over = true;
          }
          return subscription;
        });
  }

  private final class Subscription {
    private final Stream stream;
    private final int number;
    private final Arns.Resource consumer;
    private final InFlight.Lease lease;
    private final Encoding encoding;
    private final long since = System.nanoTime();
    private long lastEvent = since;
    private long offset;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile boolean over;
    private Exchange.@Nullable Pieces pieces;

    Subscription(
        Stream stream,
        int number,
        Arns.Resource consumer,
        InFlight.Lease lease,
        Encoding encoding,
        long offset) {
      this.stream = stream;
      this.number = number;
      this.consumer = consumer;
      this.lease = lease;
      this.encoding = encoding;
      this.offset = offset;
    }

    boolean isNew() {
      return !over && System.nanoTime() - since < UNDISTURBED.toNanos();
    }

    void begin(Exchange exchange) {
      pieces =
          exchange
              .answerInPieces(Reply.of(200, "application/vnd.amazon.eventstream", new byte[0]))
              .orElse(null);
      if (pieces == null) {
        end();
        return;
      }
      write("event", "initial-response", Map.of()).thenRun(this::goOn);
    }

    /** One step after the other, never two at once. */
    private void goOn() {
      Exchange.Pieces to = pieces;
      if (to == null || !to.isWanted() || over || timer.isShutdown() || isOld()) {
        end();
        return;
      }
      try {
        StreamState state = streams.find(consumer.stream()).state();
        Consumers.find(state, consumer);
        Shard shard = get.shard(state, Shard.id(number));
        get.end(state, shard)
            .thenCompose(
                end ->
                    get.read(state, shard, offset, end, EVENT_RECORDS, EVENT_BYTES)
                        .thenCompose(read -> tell(state, shard, read, end)))
            .whenComplete(
                (more, failure) -> {
                  if (failure != null) {
                    fail(failure);
                  } else if (!more) {
                    end();
                  }
                });
      } catch (RuntimeException e) {
        fail(e);
      }
    }

    /** False when the shard is at its end. */
    private CompletionStage<Boolean> tell(
        StreamState state, Shard shard, ShardReader.Read read, long end) {
      offset = read.next();
      long now = System.nanoTime();
      boolean atEnd = !shard.isOpen() && offset >= end;
      if (read.records().isEmpty() && !atEnd && now - lastEvent < HEARTBEAT.toNanos()) {
        timer.schedule(this::goOn, LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
        return CompletableFuture.completedFuture(true);
      }
      lastEvent = now;
      return write(
              "event",
              "SubscribeToShardEvent",
              new Answers.ShardEvent(
                  get.records(state, shard, read.records()),
                  atEnd ? null : state.at(shard, offset).toString(),
                  Get.behind(read, end, clock.millis()),
                  atEnd ? Get.children(state, shard) : null))
          .thenApply(
              written -> {
                if (!atEnd) {
                  timer.execute(this::goOn); // not deeper and deeper into one call
                }
                return !atEnd;
              });
    }

    private boolean isOld() {
      return System.nanoTime() - since > LIFETIME.toNanos();
    }

    private void fail(Throwable failure) {
      KinesisException known = KinesisException.of(failure);
      // Of what an event stream may end with, only these happen here.
      KinesisError error =
          known.error() == KinesisError.RESOURCE_NOT_FOUND
              ? KinesisError.RESOURCE_NOT_FOUND
              : KinesisError.INTERNAL_FAILURE;
      String type =
          error == KinesisError.INTERNAL_FAILURE ? "InternalFailureException" : error.type();
      write("exception", type, Map.of("message", String.valueOf(known.getMessage())))
          .thenRun(this::end);
    }

    private CompletableFuture<?> write(String kind, String type, Object payload) {
      Message message =
          new Message(
              Map.of(
                  ":message-type",
                  HeaderValue.fromString(kind),
                  ":" + kind + "-type",
                  HeaderValue.fromString(type),
                  ":content-type",
                  HeaderValue.fromString(encoding.mediaType())),
              encoding.write(payload));
      ByteBuffer encoded = message.toByteBuffer();
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return pieces == null ? CompletableFuture.completedFuture(null) : pieces.write(bytes);
    }

    private void end() {
      over = true;
      if (!ended.compareAndSet(false, true)) {
        return;
      }
      active.values().remove(this);
      if (pieces != null) {
        pieces.end();
      }
      lease.close();
    }
  }

  @Override
  public void close() {
    timer.shutdown();
    List.copyOf(active.values()).forEach(subscription -> subscription.over = true);
  }
}
