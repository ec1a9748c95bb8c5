package pinflow.source.emulate;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pinflow.source.SourceDatabase;
import pinflow.source.SourceException;

/**
 * Users who post, played from the source tables: each post's pin, geo and user records go together
 * to the topics or the streams of the gateway, keyed by their ind. Nothing is dropped: what cannot
 * be posted is tried again, then counted. Runs once.
 */
public final class Emulator {

  private static final Logger log = LoggerFactory.getLogger(Emulator.class);

  /** Enough that a request's cost is its records', not its own. */
  private static final int MOST_POSTS_PER_REQUEST = 200;

  private static final double REQUESTS_PER_SECOND = 10;
  private static final long TICK_NANOS = Duration.ofMillis(200).toNanos();

  private final Settings settings;
  private final SourceDatabase db;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Semaphore slots;
  private final long start = System.nanoTime();

  private final Tally posted = new Tally();
  private final Tally failed = new Tally();
  private final Tally before = new Tally();
  private final AtomicLong unsent = new AtomicLong();
  private final Map<String, Told> problems = new ConcurrentHashMap<>();
  private final Set<String> toldKinds = ConcurrentHashMap.newKeySet();
  private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();
  private volatile @Nullable String trouble;
  private long posts;
  private long sent;
  private long firstSentAt;
  private OptionalLong of = OptionalLong.empty();
  private long toldAt = start;

  /** A kind of failure, in the words in which it was first met. */
  private static final class Told {
    private final String topic;
    private final String message;
    private final LongAdder records = new LongAdder();

    Told(String topic, String message) {
      this.topic = topic;
      this.message = message;
    }
  }

  public Emulator(Settings settings, SourceDatabase db) {
    this.settings = settings;
    this.db = db;
    this.slots = new Semaphore(settings.connections());
  }

  /**
   * Ends the run soon: requests under way are awaited, none is begun. May be called from any
   * thread, a shutdown hook for one; {@link #run} then returns. Interrupting the thread that runs
   * does the same.
   */
  public void stop() {
    stop.countDown();
  }

  /**
   * Posts, and returns when each post is acknowledged or given up.
   *
   * @param progress told about five times a second, by the calling thread
   * @throws SourceException if the tables or the journal cannot be read or written
   */
  public Summary run(Consumer<Progress> progress) {
    db.requireTables();
    boolean interrupted = false;
    try (Journal journal = journal();
        Gateway gateway = new Gateway(settings, this::troubled)) {
      try {
        send(journal, gateway, progress);
      } catch (InterruptedException e) {
        interrupted = true;
        stop();
      } finally {
        // A second interrupt does not cut it short: what is under way ends within its time limit.
        interrupted |= settleAll(gateway, progress);
      }
      Throwable cause = broken.get();
      if (cause != null) {
        throw cause instanceof SourceException known
            ? known
            : new IllegalStateException("A request could not be settled", cause);
      }
      return summary(journal.run().run());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Journal journal() {
    if (!settings.resume()) {
      return Journal.begin(
          settings.journal(),
          new Journal.Run(
              UUID.randomUUID().toString().substring(0, 13),
              Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
              settings.gateway().toString(),
              settings.id(),
              settings.posts().isPresent() ? settings.posts().getAsLong() : null,
              settings.random(),
              postsPerRequest()));
    }
    Journal journal = Journal.resume(settings.journal());
    Journal.Run run = journal.run();
    if (!run.id().equals(settings.id())
        || run.random() != settings.random()
        || !OptionalLong.of(run.posts() == null ? -1 : run.posts())
            .equals(OptionalLong.of(settings.posts().orElse(-1)))) {
      journal.close();
      throw new SourceException(
          "The run %s cannot be resumed like this: it was started with id %s, %s posts, random %s. Resume it with the same, or start another without --resume."
              .formatted(
                  run.run(), run.id(), run.posts() == null ? "all" : run.posts(), run.random()));
    }
    return journal;
  }

  private int postsPerRequest() {
    if (settings.random()) {
      return 1;
    }
    double perRequest = settings.rate().orElse(Double.MAX_VALUE) / REQUESTS_PER_SECOND;
    return (int) Math.max(1, Math.min(MOST_POSTS_PER_REQUEST, perRequest));
  }

  private void send(Journal journal, Gateway gateway, Consumer<Progress> progress)
      throws InterruptedException {
    Iterator<Chunk> chunks = chunks(journal.run());
    while (stop.getCount() > 0 && broken.get() == null && chunks.hasNext()) {
      Chunk chunk = chunks.next();
      List<Request> requests = chunk.requests(journal.run().run());
      for (Request request : requests) {
        if (journal.isComplete(request)) {
          before.add(request.table(), request.records());
        }
      }
      List<Request> missing = requests.stream().filter(r -> !journal.isComplete(r)).toList();
      if (!missing.isEmpty()) {
        pace(chunk, progress);
        missing.forEach(request -> unsent.addAndGet(request.records()));
        for (Request request : missing) {
          if (!takeSlot(progress)) {
            break;
          }
          post(request, journal, gateway);
        }
        sent += chunk.posts();
      }
      posts += chunk.posts();
      tell(progress);
    }
  }

  private Iterator<Chunk> chunks(Journal.Run run) {
    long most = settings.posts().orElse(Long.MAX_VALUE);
    if (settings.random()) {
      if (db.counts().values().stream().allMatch(rows -> rows == 0)) {
        throw new SourceException(
            "There is nothing to draw from: the tables of %s are empty. Fill them with \"pinflow source generate\" or \"pinflow source import\"."
                .formatted(db));
      }
      of = settings.posts();
      return new Draws(db, settings.dialect(), most);
    }
    of = OptionalLong.of(Math.min(most, db.posts()));
    return new Chunks(db, settings.dialect(), most, run.postsPerRequest());
  }

  /** Waits until these posts are due: by the rate, else by the original's pause. */
  private void pace(Chunk chunk, Consumer<Progress> progress) throws InterruptedException {
    if (sent == 0) {
      firstSentAt = System.nanoTime();
    }
    long due =
        settings.rate().isPresent()
            ? firstSentAt + (long) (sent / settings.rate().getAsDouble() * 1e9)
            : System.nanoTime() + chunk.pause().toNanos();
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      if (stop.await(Math.min(left, TICK_NANOS), TimeUnit.NANOSECONDS)) {
        return;
      }
      tell(progress);
    }
  }

  private boolean takeSlot(Consumer<Progress> progress) throws InterruptedException {
    while (stop.getCount() > 0 && broken.get() == null) {
      if (slots.tryAcquire(TICK_NANOS, TimeUnit.NANOSECONDS)) {
        return true;
      }
      tell(progress);
    }
    return false;
  }

  private void post(Request request, Journal journal, Gateway gateway) {
    var unused =
        gateway
            .post(request)
            .thenAccept(delivery -> settle(delivery, journal))
            .whenComplete(
                (done, error) -> {
                  if (error != null) {
                    broken.compareAndSet(null, error.getCause() == null ? error : error.getCause());
                  }
                  slots.release();
                });
  }

  private void settle(Delivery delivery, Journal journal) {
    Request request = delivery.request();
    journal.acknowledge(delivery, settings.target(request.table()));
    int acknowledged = delivery.acknowledged();
    int rest = request.records() - acknowledged;
    posted.add(request.table(), acknowledged);
    unsent.addAndGet(-acknowledged);
    Problem problem = delivery.problem();
    if (problem == null) {
      trouble = null;
      return;
    }
    if (stop.getCount() > 0 || !problem.retriable()) {
      failed.add(request.table(), rest);
      unsent.addAndGet(-rest);
      problems
          .computeIfAbsent(
              problem.kind(), kind -> new Told(settings.target(request.table()), problem.message()))
          .records
          .add(rest);
    }
  }

  private void troubled(Problem problem) {
    trouble = problem.message();
    if (toldKinds.add(problem.kind())) {
      log.warn(
          "The gateway {} did not take a request{}: {}",
          settings.gateway(),
          problem.retriable() ? ", which is sent again" : "",
          problem.message());
    }
  }

  /** Waits for all requests under way. Returns whether the thread was interrupted meanwhile. */
  private boolean settleAll(Gateway gateway, Consumer<Progress> progress) {
    boolean interrupted = false;
    while (true) {
      try {
        if (stop.getCount() == 0 || broken.get() != null) {
          gateway.stop();
        }
        if (slots.tryAcquire(settings.connections(), TICK_NANOS, TimeUnit.NANOSECONDS)) {
          progress.accept(progress());
          return interrupted;
        }
        tell(progress);
      } catch (InterruptedException e) {
        interrupted = true;
        stop();
      }
    }
  }

  private void tell(Consumer<Progress> progress) {
    long now = System.nanoTime();
    if (now - toldAt >= TICK_NANOS) {
      toldAt = now;
      progress.accept(progress());
    }
  }

  private Progress progress() {
    return new Progress(
        posts,
        of,
        sent,
        posted.total(),
        failed.total(),
        Duration.ofNanos(System.nanoTime() - start),
        Optional.ofNullable(trouble));
  }

  private Summary summary(String run) {
    return new Summary(
        run,
        posts,
        posted.byTable(),
        failed.byTable(),
        before.byTable(),
        unsent.get(),
        problems.values().stream()
            .map(
                told ->
                    "%d records, the first of %s: %s"
                        .formatted(told.records.sum(), told.topic, told.message))
            .sorted()
            .toList(),
        stop.getCount() == 0,
        (System.nanoTime() - start) / 1e9);
  }
}
