package pinflow.gateway.kinesis;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams that there are. A change is written to the log before it is answered, one at a time;
 * what it begins is carried out behind the answer and, after a crash, by the next gateway.
 *
 * <p>Only one gateway may change streams and put records into them at a time: another one on the
 * same log would not see their shards change.
 */
final class Streams implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Streams.class);

  private final StreamTopics topics;
  private final StateLog stateLog;
  private final InstantSource clock;
  private final NavigableMap<String, Stream> streams = new ConcurrentSkipListMap<>();
  private final ExecutorService changes =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "gateway-streams"));
  private final ExecutorService carriers =
      Executors.newCachedThreadPool(task -> new Thread(task, "gateway-stream-change"));
  private final CountDownLatch closing = new CountDownLatch(1);
  private boolean stateExists;
  private volatile boolean known;

  private Streams(StreamTopics topics, StateLog stateLog, InstantSource clock) {
    this.topics = topics;
    this.stateLog = stateLog;
    this.clock = clock;
  }

  /** Returns at once; {@link #notReady} tells when the streams are known. */
  static Streams open(StreamTopics topics, StateLog stateLog, InstantSource clock) {
    Streams streams = new Streams(topics, stateLog, clock);
    streams.changes.execute(streams::load);
    return streams;
  }

  private void load() {
    while (!isClosing()) {
      try {
        stateExists = topics.hasState();
        if (stateExists) {
          stateLog.read().forEach((name, state) -> streams.put(name, new Stream(state)));
        }
        known = true;
        streams.values().stream()
            .filter(stream -> stream.state().pending() != null)
            .forEach(this::carryOutLater);
        return;
      } catch (KafkaException | ExecutionException e) {
        if (!isClosing()) {
          logger.warn("The streams' states cannot be read yet: {}", e.getMessage());
          logger.debug("", e);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      pause();
    }
  }

  Optional<String> notReady() {
    return known ? Optional.empty() : Optional.of("the streams' states are not read yet");
  }

  /** All streams, by name. */
  NavigableMap<String, Stream> all() {
    if (!known) {
      throw KinesisError.SERVICE_UNAVAILABLE.because(
          "The gateway is still reading the streams' states from the log. Retry after a second.");
    }
    return streams;
  }

  Stream find(String name) {
    Stream stream = all().get(name);
    if (stream == null) {
      throw notFound(name);
    }
    return stream;
  }

  private static KinesisException notFound(String name) {
    return KinesisError.RESOURCE_NOT_FOUND.because(
        "Stream %s under account %s not found.".formatted(name, Arns.ACCOUNT));
  }

  /**
   * Adds a stream.
   *
   * @param state asked for when all changes before this one are done; may refuse
   */
  CompletableFuture<StreamState> create(String name, Function<Long, StreamState> state) {
    all();
    return inTurn(() -> write(name, null, state.apply(clock.millis())));
  }

  /**
   * Changes a stream.
   *
   * @param change from its state to the wanted one; may refuse
   */
  CompletableFuture<StreamState> change(String name, Function<StreamState, StreamState> change) {
    find(name);
    return inTurn(
        () -> {
          Stream stream = find(name);
          return write(name, stream, change.apply(stream.state()));
        });
  }

  private interface Turn {
    StreamState run() throws ExecutionException, InterruptedException;
  }

  private CompletableFuture<StreamState> inTurn(Turn turn) {
    CompletableFuture<StreamState> done = new CompletableFuture<>();
    try {
      changes.execute(
          () -> {
            try {
              done.complete(turn.run());
            } catch (ExecutionException e) {
              done.completeExceptionally(e.getCause());
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              done.completeExceptionally(e);
            } catch (RuntimeException e) {
              done.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      done.completeExceptionally(
          KinesisError.SERVICE_UNAVAILABLE.because("The gateway is ending. Retry with another."));
    }
    return done;
  }

  private StreamState write(String name, @Nullable Stream stream, StreamState next)
      throws ExecutionException, InterruptedException {
    StreamState before = stream == null ? null : stream.state();
    if (next.equals(before)) {
      return next;
    }
    persist(name, next);
    Stream changed = stream == null ? new Stream(next) : stream;
    changed.become(next);
    streams.put(name, changed);
    if (next.pending() != null && (before == null || !next.pending().equals(before.pending()))) {
      carryOutLater(changed);
    }
    return next;
  }

  private void remove(String name) throws ExecutionException, InterruptedException {
    persist(name, null);
    streams.remove(name);
  }

  /** Tries until it is certain: a state that may or may not be in the log is none to go on from. */
  private void persist(String name, @Nullable StreamState state)
      throws ExecutionException, InterruptedException {
    while (true) {
      try {
        if (!stateExists) {
          topics.createState();
          stateExists = true;
        }
        stateLog.write(name, state);
        return;
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof RetriableException) || isClosing()) {
          throw e;
        }
        logger.warn("The state of stream {} is not written yet: {}", name, e.getMessage());
      } catch (RetriableException e) {
        if (isClosing()) {
          throw e;
        }
        logger.warn("The state of stream {} is not written yet: {}", name, e.getMessage());
      }
      pause();
    }
  }

  private void carryOutLater(Stream stream) {
    carriers.execute(
        () -> {
          while (!isClosing()) {
            try {
              carryOut(stream);
              return;
            } catch (ExecutionException | KafkaException e) {
              if (!isClosing()) {
                logger.warn(
                    "{} of stream {} is tried again: {}",
                    stream.state().pending(),
                    stream.state().name(),
                    e.getMessage());
                logger.debug("", e);
              }
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              return;
            }
            pause();
          }
        });
  }

  private void carryOut(Stream stream) throws ExecutionException, InterruptedException {
    StreamState state = stream.state();
    Change change = state.pending();
    String name = state.name();
    if (change instanceof Change.Create) {
      topics.create(state);
      settle(name, now -> now.withPending(null));
    } else if (change instanceof Change.Delete) {
      stream.gate().close().get();
      try {
        topics.delete(name);
        inTurn(
                () -> {
                  remove(name);
                  return state;
                })
            .get();
      } finally {
        stream.gate().open(); // what waited finds no stream
      }
    } else if (change instanceof Change.Retain retain) {
      topics.setRetention(name, retain.hours());
      settle(name, now -> now.withRetention(retain.hours()).withPending(null));
    } else if (change != null) {
      reshard(stream, change);
    }
  }

  private void reshard(Stream stream, Change change)
      throws ExecutionException, InterruptedException {
    String name = stream.state().name();
    // Not for longer than its own change: the next one has a carrier of its own.
    while (change.equals(stream.state().pending())) {
      List<Resharding.Step> round = Resharding.next(stream.state());
      if (round.isEmpty()) {
        settle(name, now -> change.equals(now.pending()) ? now.withPending(null) : now);
        return;
      }
      topics.grow(name, stream.state().nextShard() + Resharding.added(round));
      stream.gate().close().get();
      try {
        List<Integer> parents =
            round.stream().flatMap(step -> step.parents().stream()).map(Shard::number).toList();
        Map<Integer, Long> ends = topics.ends(name, parents);
        settle(name, now -> Resharding.apply(now, round, ends, clock.millis()));
      } finally {
        stream.gate().open();
      }
    }
  }

  private void settle(String name, Function<StreamState, StreamState> change)
      throws ExecutionException, InterruptedException {
    change(name, change).get();
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  private void pause() {
    try {
      if (closing.await(300, TimeUnit.MILLISECONDS)) {
        logger.debug("Closing");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closing.countDown();
    carriers.shutdownNow();
    changes.shutdownNow();
    stateLog.close();
  }
}
