package pinflow.gateway.kafka;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import pinflow.gateway.Exchange;
import pinflow.gateway.InFlight;
import pinflow.gateway.Reply;
import pinflow.gateway.kafka.MediaTypes.Format;
import pinflow.gateway.log.Append;
import pinflow.gateway.log.Claim;
import pinflow.gateway.log.IdempotencyKey;
import pinflow.gateway.log.Log;
import pinflow.gateway.log.LogRecord;
import pinflow.gateway.log.Outcome;
import pinflow.gateway.log.Outcome.Failed;
import pinflow.gateway.log.Outcome.Reason;
import pinflow.gateway.log.Outcome.Written;
import pinflow.gateway.log.Room;
import pinflow.gateway.log.Topic;

/**
 * {@code POST /topics/{topic}} and {@code POST /topics/{topic}/partitions/{partition}}.
 *
 * <p>Answers when every record is acknowledged or has failed, or at the request's deadline. 200
 * when any record was written, with an error in the place of each that was not, as Confluent's
 * proxy does. When none was written: 503 where a retry is worth it, 413 for a record over the
 * topic's limit, else 500. 507 while the log's disk has no room.
 */
final class Produce {
  private static final String KEY_HEADER = "Idempotency-Key";

  /** What a record costs beyond its bytes: objects, headers, its place in the receipt. */
  private static final long RECORD_OVERHEAD = 1024;

  /** What a request costs that waits for its acknowledgements, its client gone or not. */
  private static final long REQUEST_OVERHEAD = 4096;

  private final Log log;
  private final long maxRecords;
  private final Room room;
  private final Executor workers;

  /** A request as its headers tell it, before the body. */
  private record Request(
      String topic,
      @Nullable Integer partition,
      Format format,
      String answerType,
      Optional<String> key) {}

  /**
   * @param workers parse bodies and hand records to Kafka, which may block for a moment
   */
  Produce(Log log, InFlight inFlight, Room room, Executor workers) {
    this.log = log;
    this.room = room;
    this.maxRecords = inFlight.capacity() / RECORD_OVERHEAD / 2;
    this.workers = workers;
  }

  void toTopic(Exchange exchange) {
    receive(exchange, null);
  }

  void toPartition(Exchange exchange) {
    receive(exchange, Metadata.named(exchange));
  }

  private void receive(Exchange exchange, @Nullable Integer partition) {
    room.missing()
        .ifPresent(
            words -> {
              throw KafkaRestError.DISK_FULL.because(
                  words + ". Nothing was written; retry when there is room.");
            });
    Request request =
        new Request(
            exchange.path("topic"),
            partition,
            MediaTypes.produced(exchange.header("Content-Type")),
            MediaTypes.accepted(
                exchange.headers("Accept"), List.of(MediaTypes.V2, MediaTypes.JSON)),
            key(exchange.headers(KEY_HEADER)));
    exchange
        .body()
        .onFailure(failure -> exchange.answer(KafkaRestException.of(failure).reply()))
        .onSuccess(body -> append(exchange, request, body));
  }

  private static Optional<String> key(List<String> headers) {
    if (headers.isEmpty()) {
      return Optional.empty();
    }
    if (headers.size() > 1 || !IdempotencyKey.isValid(headers.get(0))) {
      throw KafkaRestError.BAD_REQUEST.because(
          KEY_HEADER + " must be there once, and be 1 to 255 visible ASCII characters.");
    }
    return Optional.of(headers.get(0));
  }

  private void append(Exchange exchange, Request request, byte[] body) {
    if (exchange.isAnswered()) {
      return; // the client is gone
    }
    // A client that goes away now does not free what its request still holds.
    InFlight.Lease lease = exchange.lease().share();
    AtomicReference<@Nullable Append> begun = new AtomicReference<>();
    exchange.onDeadline(() -> exchange.answer(late(request, begun.get())));
    log.topics()
        .find(request.topic())
        .whenCompleteAsync(
            (topic, failure) -> {
              try (lease) {
                if (failure != null) {
                  throw KafkaRestException.of(failure);
                }
                if (!exchange.isAnswered()) {
                  begin(
                      exchange,
                      request,
                      body,
                      topic.orElseThrow(KafkaRestError.TOPIC_NOT_FOUND::plain),
                      lease,
                      begun);
                }
              } catch (RuntimeException e) {
                exchange.answer(KafkaRestException.of(e).reply());
              }
            },
            workers);
  }

  private void begin(
      Exchange exchange,
      Request request,
      byte[] body,
      Topic topic,
      InFlight.Lease lease,
      AtomicReference<@Nullable Append> begun) {
    List<LogRecord> records =
        ProduceBody.parse(body, request.format(), request.partition(), maxRecords);
    int partitions = topic.partitions().size();
    if (records.stream()
        .anyMatch(record -> record.partition() != null && record.partition() >= partitions)) {
      throw KafkaRestError.PARTITION_NOT_FOUND.plain();
    }
    long overhead = REQUEST_OVERHEAD + records.size() * RECORD_OVERHEAD;
    if (!lease.grow(overhead)) {
      throw KafkaRestException.full("Nothing was written; retry after a second.");
    }
    Claim.Granted granted = claim(request, topic, body, records);
    Append append = granted.append();
    begun.set(append);
    if (granted.replayed()) {
      lease.shrinkTo(overhead); // the records are in an earlier request's care
    }
    InFlight.Lease held = lease.share();
    append
        .done()
        .thenAccept(
            done -> {
              exchange.answer(answer(request, done, granted.replayed()));
              held.close();
            });
  }

  private Claim.Granted claim(Request request, Topic topic, byte[] body, List<LogRecord> records) {
    if (request.key().isEmpty()) {
      return new Claim.Granted(log.append(topic, records), false);
    }
    if (!log.windowIsKnown()) {
      throw KafkaRestError.KAFKA_RETRIABLE_ERROR.because(
          "the gateway is still reading the idempotency keys in the log. Nothing was written; retry after a second.");
    }
    String key = request.key().get();
    if (log.append(topic, IdempotencyKey.of(key, body), records) instanceof Claim.Granted granted) {
      return granted;
    }
    throw KafkaRestError.IDEMPOTENCY_KEY_REUSED.because(
        "The key '"
            + key
            + "' was used in this topic for a request with another body, and names that one. Nothing was written. Use a new key for a new request.");
  }

  private static Reply late(Request request, @Nullable Append append) {
    Failed pending =
        new Failed(Reason.RETRIABLE, "no acknowledgement before the request's deadline");
    return append == null
        ? unwritten(request, List.of(pending))
        : answer(request, append.outcomes(pending), false);
  }

  private static Reply answer(Request request, Append append, boolean replayed) {
    return answer(request, append.outcomes(new Failed(Reason.FATAL, "not settled")), replayed);
  }

  private static Reply answer(Request request, List<Outcome> outcomes, boolean replayed) {
    if (outcomes.stream().noneMatch(Written.class::isInstance)) {
      return unwritten(request, outcomes);
    }
    Map<String, String> headers = new HashMap<>();
    if (replayed) {
      headers.put("Idempotency-Replayed", "true");
    }
    return new Reply(200, request.answerType(), Json.receipt(outcomes), headers);
  }

  private static Reply unwritten(Request request, List<Outcome> outcomes) {
    List<Failed> failures =
        outcomes.stream().filter(Failed.class::isInstance).map(Failed.class::cast).toList();
    Predicate<Reason> any =
        reason -> failures.stream().anyMatch(failure -> failure.reason() == reason);
    String first = failures.get(0).message();
    if (any.test(Reason.TOO_LARGE)) {
      return KafkaRestError.TOO_LARGE.because(first + ". Nothing was written.").reply();
    }
    String advice =
        request.key().isPresent()
            ? ". A retry with the same Idempotency-Key is safe: it writes only what is missing."
            : ". Records may have been written all the same: a retry can write them twice, but never with an Idempotency-Key header.";
    return (any.test(Reason.FATAL)
            ? KafkaRestError.KAFKA_ERROR
            : KafkaRestError.KAFKA_RETRIABLE_ERROR)
        .because(first + advice)
        .reply();
  }

  /** The error in a record's place in the receipt. */
  static KafkaRestError error(Reason reason) {
    return switch (reason) {
      case RETRIABLE -> KafkaRestError.KAFKA_RETRIABLE_ERROR;
      case TOO_LARGE, FATAL -> KafkaRestError.KAFKA_ERROR;
    };
  }
}
