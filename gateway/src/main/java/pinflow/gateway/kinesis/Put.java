package pinflow.gateway.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import pinflow.gateway.InFlight;
import pinflow.gateway.log.Append;
import pinflow.gateway.log.Claim;
import pinflow.gateway.log.Log;
import pinflow.gateway.log.LogRecord;
import pinflow.gateway.log.Outcome;
import pinflow.gateway.log.Outcome.Failed;
import pinflow.gateway.log.Outcome.Reason;
import pinflow.gateway.log.Outcome.Written;
import pinflow.gateway.log.Room;
import pinflow.gateway.log.Topic;

/**
 * PutRecord and PutRecords. Answers when every record is acknowledged or has failed, or at the
 * request's deadline; an error when none was written, else each record's own outcome.
 */
final class Put {
  private static final int MAX_DATA = 1024 * 1024;
  private static final int MAX_RECORDS = 500;
  private static final long MAX_REQUEST = 10L * 1024 * 1024;

  /** What a record and a request cost beyond their bytes, as in the Kafka dialect. */
  private static final long RECORD_OVERHEAD = 1024;

  private static final long REQUEST_OVERHEAD = 4096;

  private static final Failed PENDING =
      new Failed(Reason.RETRIABLE, "No acknowledgement before the request's deadline");

  private final Streams streams;
  private final Resolver resolver;
  private final Log log;
  private final Room room;
  private final boolean limited;
  private final Executor workers;

  /**
   * @param hashKey of the shard that it goes to
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Entry(byte[] data, String partitionKey, BigInteger hashKey) {
    long bytes() {
      return data.length + (long) partitionKey.length();
    }
  }

  /**
   * @param limited whether AWS's rates of a shard hold
   * @param workers hand records to Kafka, which may block for a moment
   */
  Put(Streams streams, Resolver resolver, Log log, Room room, boolean limited, Executor workers) {
    this.streams = streams;
    this.resolver = resolver;
    this.log = log;
    this.room = room;
    this.limited = limited;
    this.workers = workers;
  }

  CompletionStage<?> record(Requests.PutRecord request, Call call) {
    Entry entry = entry("", request.data(), request.partitionKey(), request.explicitHashKey());
    if (request.sequenceNumberForOrdering() != null) {
      ordering(request, request.sequenceNumberForOrdering());
    }
    return put(resolver.name(request), List.of(entry), call)
        .thenApply(
            result -> {
              Written written = result.fates().get(0).written();
              StreamState stream = result.stream();
              return new Answers.PutRecord(
                  Shard.id(written.partition()),
                  sequenceNumber(stream, written),
                  encryption(stream));
            });
  }

  /** Records of a shard are in the order of their acknowledgements anyway; it must be a number. */
  private void ordering(Requests.PutRecord request, String number) {
    Validation.sequenceNumber("sequenceNumberForOrdering", number);
    StreamState stream = resolver.stream(request).state();
    if (SequenceNumber.parse(number).filter(n -> n.created() == stream.created()).isEmpty()) {
      throw KinesisError.INVALID_ARGUMENT.because(
          "ExclusiveMinimumSequenceNumber %s used in PutRecord on stream %s under account %s is invalid."
              .formatted(number, stream.name(), Arns.ACCOUNT));
    }
  }

  CompletionStage<?> records(Requests.PutRecords request, Call call) {
    List<Requests.Entry> given = Validation.required("records", request.records());
    Validation.length("records", "[" + given.size() + " records]", given.size(), 1, MAX_RECORDS);
    List<Entry> entries = new ArrayList<>(given.size());
    long bytes = 0;
    for (int i = 0; i < given.size(); i++) {
      Requests.Entry one = given.get(i);
      String path = "records." + (i + 1) + ".member.";
      if (one == null) {
        throw Validation.failed("records." + (i + 1) + ".member", null, "Member must not be null");
      }
      Entry entry = entry(path, one.data(), one.partitionKey(), one.explicitHashKey());
      bytes += entry.bytes();
      entries.add(entry);
    }
    if (bytes > MAX_REQUEST) {
      throw KinesisError.INVALID_ARGUMENT.because("Records size exceeds 10 MB limit");
    }
    return put(resolver.name(request), entries, call)
        .thenApply(
            result -> {
              if (result.fates().stream().allMatch(Fate::isFault)) {
                throw Objects.requireNonNull(result.fates().get(0).failure());
              }
              List<Answers.PutEntry> answers =
                  result.fates().stream().map(fate -> answer(result.stream(), fate)).toList();
              int failed = (int) answers.stream().filter(a -> a.errorCode() != null).count();
              return new Answers.PutRecords(failed, answers, encryption(result.stream()));
            });
  }

  private static Entry entry(
      String path,
      byte @Nullable [] data,
      @Nullable String partitionKey,
      @Nullable String explicitHashKey) {
    byte[] bytes = Validation.required(path + "data", data);
    Validation.length(
        path + "data",
        "java.nio.HeapByteBuffer[pos=0 lim=%d cap=%d]".formatted(bytes.length, bytes.length),
        bytes.length,
        0,
        MAX_DATA);
    String key = Validation.lengthOf(path + "partitionKey", partitionKey, 1, 256);
    if (explicitHashKey == null) {
      return new Entry(bytes, key, HashRange.hashOf(key));
    }
    BigInteger hashKey = Validation.hashKey(path + "explicitHashKey", explicitHashKey);
    if (hashKey.compareTo(HashRange.END) >= 0) {
      throw KinesisError.INVALID_ARGUMENT.because(
          "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was "
              + explicitHashKey);
    }
    return new Entry(bytes, key, hashKey);
  }

  /**
   * What became of one record.
   *
   * @param outcome null for one that was not tried
   * @param failure null for one that was written
   */
  private record Fate(@Nullable Outcome outcome, @Nullable KinesisException failure) {
    Written written() {
      if (failure != null) {
        throw failure;
      }
      return (Written) Objects.requireNonNull(outcome);
    }

    /** Whether the log is at fault, not the sender's rate. */
    boolean isFault() {
      return failure != null && failure.error() != KinesisError.PROVISIONED_THROUGHPUT_EXCEEDED;
    }
  }

  /**
   * @param stream as it was when the records were sent
   */
  private record Result(StreamState stream, List<Fate> fates) {}

  /** The put of one request, from the stream's gate to its outcomes. */
  private CompletableFuture<Result> put(String name, List<Entry> entries, Call call) {
    room.missing()
        .ifPresent(
            words -> {
              throw KinesisError.SERVICE_UNAVAILABLE.because(
                  words + ". Nothing was written; retry when there is room.");
            });
    if (!call.lease().grow(REQUEST_OVERHEAD + entries.size() * RECORD_OVERHEAD)) {
      throw KinesisException.busy();
    }
    Stream stream = streams.find(name);
    CompletableFuture<Result> result = new CompletableFuture<>();
    Batch batch = new Batch(stream, entries, call);
    call.exchange()
        .onDeadline(() -> result.complete(new Result(stream.state(), batch.fates(PENDING))));
    // A client that goes away, or a deadline, does not free what the records still hold.
    InFlight.Lease held = call.lease().share();
    stream
        .gate()
        .enter(
            () ->
                begin(batch)
                    .whenComplete(
                        (done, failure) -> {
                          stream.gate().leave();
                          held.close();
                          if (failure == null) {
                            result.complete(new Result(stream.state(), batch.fates(PENDING)));
                          } else {
                            result.completeExceptionally(failure);
                          }
                        }));
    return result;
  }

  /** The records of a request on their way. */
  private final class Batch {
    private final Stream stream;
    private final List<Entry> entries;
    private final Call call;
    private final @Nullable KinesisException[] refused;
    private volatile @Nullable Append append;

    Batch(Stream stream, List<Entry> entries, Call call) {
      this.stream = stream;
      this.entries = entries;
      this.call = call;
      this.refused = new @Nullable KinesisException[entries.size()];
    }

    /** Inside the gate, so that the shards stay as they are. */
    CompletableFuture<?> send(Topic topic) {
      List<LogRecord> records = new ArrayList<>(entries.size());
      Map<Integer, Limits.Load> loads = new HashMap<>();
      for (int i = 0; i < entries.size(); i++) {
        Entry entry = entries.get(i);
        int shard = stream.shardOf(entry.hashKey()).number();
        Limits.Load load = new Limits.Load(0, 0).plus(entry.bytes());
        if (limited && call.key().isPresent()) {
          loads.merge(shard, load, (all, one) -> all.plus(one.bytes()));
        } else if (limited
            && stream.limits().write(Map.of(shard, load), System.nanoTime()).isPresent()) {
          refused[i] = rateExceeded(stream.state(), shard);
          continue;
        }
        records.add(new LogRecord(shard, entry.partitionKey().getBytes(UTF_8), entry.data()));
      }
      // What a key covers is sent wholly or not at all.
      OptionalInt full = stream.limits().write(loads, System.nanoTime());
      if (full.isPresent()) {
        throw rateExceeded(stream.state(), full.getAsInt());
      }
      if (records.isEmpty()) {
        return CompletableFuture.completedFuture(null);
      }
      Append begun = append(topic, records, call);
      append = begun;
      return begun.done();
    }

    /**
     * @param pending of a record that is still on its way
     */
    List<Fate> fates(Failed pending) {
      Append begun = append;
      List<Fate> fates = new ArrayList<>(entries.size());
      int sent = 0;
      for (KinesisException no : refused) {
        if (no != null) {
          fates.add(new Fate(null, no));
          continue;
        }
        Outcome outcome = begun == null ? pending : begun.outcome(sent++);
        fates.add(fate(outcome == null ? pending : outcome));
      }
      return fates;
    }

    private Fate fate(Outcome outcome) {
      if (outcome instanceof Failed failed) {
        return new Fate(outcome, failure(failed, call));
      }
      Written written = (Written) outcome;
      // Of an earlier attempt, which the broker took when all had given it up.
      boolean tooLate =
          stream
              .state()
              .shard(written.partition())
              .filter(shard -> shard.end() != null && written.offset() >= shard.end())
              .isPresent();
      return new Fate(
          outcome,
          tooLate
              ? KinesisError.INTERNAL_FAILURE.because(
                  "The record reached %s after it was closed, and is not in the stream. Put it again under another Idempotency-Key."
                      .formatted(Shard.id(written.partition())))
              : null);
    }
  }

  private CompletableFuture<?> begin(Batch batch) {
    String name = batch.stream.state().name();
    try {
      return log.topics()
          .findAny(StreamTopics.of(name))
          .thenComposeAsync(
              topic -> {
                if (batch.call.exchange().isAnswered()) {
                  throw KinesisError.REQUEST_TIMEOUT.because("Nothing was written.");
                }
                requireOpen(batch.stream);
                return batch.send(
                    topic.orElseThrow(
                        () ->
                            KinesisError.INTERNAL_FAILURE.because(
                                "The topic %s of stream %s is not in the log: something else has deleted it. Delete the stream and create it anew."
                                    .formatted(StreamTopics.of(name), name))));
              },
              workers);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e); // whoever entered the gate leaves it
    }
  }

  /** The stream may have gone while the put waited. */
  private void requireOpen(Stream stream) {
    StreamState.Status status = streams.find(stream.state().name()).state().status();
    if (stream.state().status() == StreamState.Status.DELETING
        || status == StreamState.Status.CREATING) {
      throw KinesisError.RESOURCE_NOT_FOUND.because(
          "Stream %s under account %s not found: it is %s."
              .formatted(stream.state().name(), Arns.ACCOUNT, status));
    }
  }

  static KinesisException rateExceeded(StreamState stream, int shard) {
    return KinesisError.PROVISIONED_THROUGHPUT_EXCEEDED.because(
        "Rate exceeded for shard %s in stream %s under account %s."
            .formatted(Shard.id(shard), stream.name(), Arns.ACCOUNT));
  }

  private Append append(Topic topic, List<LogRecord> records, Call call) {
    if (call.key().isEmpty()) {
      return log.append(topic, records);
    }
    if (!log.windowIsKnown()) {
      throw KinesisError.SERVICE_UNAVAILABLE.because(
          "The gateway is still reading the idempotency keys in the log. Nothing was written; retry after a second.");
    }
    Claim claim = log.append(topic, call.key().get(), records);
    if (claim instanceof Claim.Granted granted) {
      return granted.append();
    }
    throw KinesisError.IDEMPOTENT_PARAMETER_MISMATCH.because(
        "The Idempotency-Key '%s' was used in this stream for a request with another body, and names that one. Nothing was written. Use a new key for a new request."
            .formatted(call.key().get().key()));
  }

  private static Answers.PutEntry answer(StreamState stream, Fate fate) {
    KinesisException failure = fate.failure();
    if (failure == null) {
      Written written = fate.written();
      return new Answers.PutEntry(
          sequenceNumber(stream, written), Shard.id(written.partition()), null, null);
    }
    // A record's error is one of two.
    KinesisError error = fate.isFault() ? KinesisError.INTERNAL_FAILURE : failure.error();
    return new Answers.PutEntry(null, null, error.type(), failure.getMessage());
  }

  private static KinesisException failure(Failed failed, Call call) {
    String advice =
        call.key().isPresent()
            ? ". A retry with the same Idempotency-Key is safe: it writes only what is missing."
            : ". Records may have been written all the same: a retry can write them twice, but never with an Idempotency-Key header.";
    return switch (failed.reason()) {
      case TOO_LARGE ->
          KinesisError.INVALID_ARGUMENT.because(failed.message() + ". It was not written.");
      case RETRIABLE -> KinesisError.SERVICE_UNAVAILABLE.because(failed.message() + advice);
      case FATAL -> KinesisError.INTERNAL_FAILURE.because(failed.message() + advice);
    };
  }

  private static String sequenceNumber(StreamState stream, Written written) {
    return stream
        .shard(written.partition())
        .map(shard -> stream.at(shard, written.offset() + 1).toString())
        .orElseThrow(
            () ->
                KinesisError.INTERNAL_FAILURE.because(
                    "The records were written to %s, which is older than the stream's retention."
                        .formatted(Shard.id(written.partition()))));
  }

  private static @Nullable String encryption(StreamState stream) {
    return stream.keyId() == null ? null : "KMS";
  }
}
