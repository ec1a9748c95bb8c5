package pinflow.platform;

import java.time.Duration;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.utils.Exit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens when Kafka or Connect give up: on a full disk, say, they end their JVM on the spot.
 * Here that JVM holds other parts, so whoever has started them is told; if nobody wants to know, it
 * is ended in good order: by its shutdown hooks, within a limit.
 */
final class KafkaExit {

  private static final Logger log = LoggerFactory.getLogger(KafkaExit.class);

  /** A hook may wait for a thread that a broken broker does not end any more. */
  private static final Duration HOOKS_LIMIT = Duration.ofSeconds(15);

  private static volatile @Nullable Consumer<String> told;

  private KafkaExit() {}

  /**
   * @param gaveUp told the reason, once or more often, and must return soon; null for nobody
   */
  static void tell(@Nullable Consumer<String> gaveUp) {
    told = gaveUp;
  }

  static void install() {
    Exit.setExitProcedure(KafkaExit::end);
    Exit.setHaltProcedure(KafkaExit::end);
    // Who started a part ends it, in an order; Connect's own hook would run beside that.
    Exit.setShutdownHookAdder((name, hook) -> {});
  }

  private static void end(int status, @Nullable String message) {
    String reason = message == null ? "no reason given" : message;
    log.error(
        "Kafka has given up ({}; the log above says why: is the disk full, or the state folder gone?). All parts end;"
            + " what was acknowledged is on disk.",
        reason);
    Consumer<String> owner = told;
    if (owner != null) {
      owner.accept(reason);
      throw new KafkaException("Kafka has given up: " + reason);
    }
    // Not in this thread: hooks end the broker, which waits for this thread.
    new Thread(() -> Runtime.getRuntime().exit(status), "kafka-exit").start();
    Thread limit = new Thread(() -> haltLater(status), "kafka-exit-limit");
    limit.setDaemon(true);
    limit.start();
    throw new KafkaException("Kafka has given up: " + reason);
  }

  private static void haltLater(int status) {
    try {
      Thread.sleep(HOOKS_LIMIT.toMillis());
    } catch (InterruptedException e) {
      log.debug("Asked to halt at once");
    }
    Runtime.getRuntime().halt(status);
  }
}
