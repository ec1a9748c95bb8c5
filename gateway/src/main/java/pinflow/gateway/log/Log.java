package pinflow.gateway.log;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pinflow.gateway.log.Outcome.Failed;
import pinflow.gateway.log.Outcome.Reason;

/**
 * The Kafka log as a door sees it: append, and once for each idempotency key.
 *
 * <p>The keys known are those that this process took and those that it found in the log when it
 * started. A second gateway on the same log does not learn of them until it restarts: requests that
 * share a key must go to one gateway.
 */
public final class Log implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Log.class);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

  private final InstantSource clock;
  private final Map<String, Object> clientConfig;
  private final Admin admin;
  private final Topics topics;
  private final Receipts receipts;
  private final Appender plain;
  private final Appender keyed;
  private final ExecutorService tail =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "gateway-log-tail"));
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicReference<@Nullable CompletableFuture<Optional<String>>> ping =
      new AtomicReference<>();
  private volatile boolean windowKnown;

  private Log(LogConfig config, InstantSource clock) {
    this.clock = clock;
    clientConfig =
        Map.of(
            CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, config.bootstrap(),
            CommonClientConfigs.CLIENT_ID_CONFIG, "pinflow-gateway",
            CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, 5_000,
            CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, 5_000,
            // A broker that comes back is found within half a second.
            CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 500);
    admin = Admin.create(clientConfig);
    Duration half = config.deadline().dividedBy(2);
    topics =
        new Topics(admin, half.compareTo(Duration.ofSeconds(5)) < 0 ? half : Duration.ofSeconds(5));
    receipts = new Receipts(clock, config.window(), config.maxKeys());
    // What nobody can retry safely is given up before its request is answered ...
    plain = new Appender(config, "plain", config.deadline().multipliedBy(9).dividedBy(10));
    // ... and what is repeated under its key stays with the producer, which alone can send it again
    // without writing it twice: the repeated request waits for it.
    Duration long_ = config.deadline().multipliedBy(4);
    keyed =
        new Appender(
            config,
            "keyed",
            long_.compareTo(Duration.ofMinutes(2)) > 0 ? long_ : Duration.ofMinutes(2));
  }

  /** Returns at once; {@link #notReady} tells when the log was found. */
  public static Log open(LogConfig config, InstantSource clock) {
    Log log = new Log(config, clock);
    log.tail.execute(log::fillWindow);
    return log;
  }

  public Topics topics() {
    return topics;
  }

  /** For what doors do beyond appending; not theirs to close. */
  public Admin admin() {
    return admin;
  }

  /** What every client of the brokers begins with. */
  public Map<String, Object> clientConfig() {
    return clientConfig;
  }

  /**
   * At least once: a caller that does not see the acknowledgement may repeat it, and write it
   * twice.
   */
  public Append append(Topic topic, List<LogRecord> records) {
    Append append = new Append(records.size(), () -> {});
    plain.send(append, topic, records, null, clock.millis());
    return append;
  }

  /**
   * Once: under one key, whatever is repeated, each record of the request is written one time. Only
   * when {@link #windowIsKnown}.
   */
  public Claim append(Topic topic, IdempotencyKey key, List<LogRecord> records) {
    Receipts.Step step = receipts.claim(topic.description().topicId(), key, records.size());
    if (step instanceof Receipts.Step.Wait wait) {
      return new Claim.Granted(wait.append(), true);
    }
    if (!(step instanceof Receipts.Step.Write write)) {
      return new Claim.Refused();
    }
    if (write.readFirst()) {
      tail.execute(() -> findAndSend(write, topic, key, records));
    } else {
      keyed.send(write.append(), topic, records, key, write.timestamp());
    }
    return new Claim.Granted(write.append(), false);
  }

  private void findAndSend(
      Receipts.Step.Write write, Topic topic, IdempotencyKey key, List<LogRecord> records) {
    try (LogTail reader = new LogTail(clientConfig, this::isClosing)) {
      reader.find(key, write.timestamp(), receipts, topic.description());
      keyed.send(write.append(), topic, records, key, write.timestamp());
    } catch (KafkaException e) {
      write
          .append()
          .settleOpen(
              new Failed(
                  Reason.RETRIABLE,
                  "the log could not be searched for the records of an earlier attempt: "
                      + e.getMessage()));
    }
  }

  private void fillWindow() {
    while (!isClosing()) {
      try (LogTail reader = new LogTail(clientConfig, this::isClosing)) {
        long start = System.nanoTime();
        boolean whole = reader.fill(receipts, topics.all().get().values());
        receipts.sort();
        windowKnown = true;
        logger.info(
            "Idempotency keys read from the log in {} ms", (System.nanoTime() - start) / 1_000_000);
        if (!whole) {
          logger.warn(
              "The log holds more than the window of idempotency keys can: the oldest are forgotten");
        }
        return;
      } catch (KafkaException | ExecutionException e) {
        if (!isClosing()) {
          logger.warn("The log cannot be read for idempotency keys yet: {}", e.getMessage());
          logger.debug("", e);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      awaitClosing(Duration.ofMillis(500));
    }
  }

  /** False until the keys in the log are known: a key that is asked for might be among them. */
  public boolean windowIsKnown() {
    return windowKnown;
  }

  /** Empty when the log answers and its keys are known; else why not. */
  public CompletableFuture<Optional<String>> notReady() {
    if (!windowKnown) {
      return CompletableFuture.completedFuture(
          Optional.of("the idempotency keys in the log are not read yet"));
    }
    // One question at a time, however many ask.
    return ping.updateAndGet(
        asked ->
            asked != null && !asked.isDone()
                ? asked
                : topics
                    .ping(Duration.ofSeconds(2))
                    .handle(
                        (answer, failure) ->
                            failure == null
                                ? Optional.empty()
                                : Optional.of("the Kafka broker does not answer")));
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  private void awaitClosing(Duration atMost) {
    try {
      if (closing.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        logger.debug("Closing");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits a few seconds for what is on its way. */
  @Override
  public void close() {
    closing.countDown();
    tail.shutdownNow();
    Stream.of(plain, keyed).parallel().forEach(appender -> appender.close(CLOSE_WITHIN));
    admin.close(CLOSE_WITHIN);
  }
}
