package pinflow.gateway.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** GetShardIterator and GetRecords. */
final class Get {
  private static final int MAX_RECORDS = 10_000;
  private static final long MAX_BYTES = 10L * 1024 * 1024;

  private final Streams streams;
  private final Resolver resolver;
  private final StreamTopics topics;
  private final ShardReader reader;
  private final InstantSource clock;
  private final boolean limited;

  /** Where a reader begins. */
  enum Position {
    AT_SEQUENCE_NUMBER,
    AFTER_SEQUENCE_NUMBER,
    TRIM_HORIZON,
    LATEST,
    AT_TIMESTAMP
  }

  /**
   * @param limited whether AWS's rates of a shard hold
   */
  Get(
      Streams streams,
      Resolver resolver,
      StreamTopics topics,
      ShardReader reader,
      InstantSource clock,
      boolean limited) {
    this.streams = streams;
    this.resolver = resolver;
    this.topics = topics;
    this.reader = reader;
    this.clock = clock;
    this.limited = limited;
  }

  CompletionStage<?> shardIterator(Requests.GetShardIterator request, Call call) {
    Position position =
        Validation.constant("shardIteratorType", request.shardIteratorType(), Position.class);
    String shardId = Validation.name("shardId", request.shardId());
    StreamState stream = resolver.stream(request).state();
    Shard shard = shard(stream, shardId);
    return start(stream, shard, position, request.startingSequenceNumber(), request.timestamp())
        .thenApply(
            offset ->
                new Answers.Iterator(
                    new ShardIterator(
                            clock.millis(), stream.created(), shard.number(), offset, stream.name())
                        .text()));
  }

  /** A shard that a reader may begin with. */
  Shard shard(StreamState stream, String id) {
    boolean serves =
        stream.status() != StreamState.Status.CREATING
            && stream.status() != StreamState.Status.DELETING;
    return Shard.number(id)
        .filter(number -> serves)
        .flatMap(
            number ->
                stream.liveShards(clock.millis()).stream()
                    .filter(shard -> shard.number() == number)
                    .findFirst())
        .orElseThrow(() -> noShard(stream.name(), id));
  }

  private static KinesisException noShard(String stream, String shard) {
    return KinesisError.RESOURCE_NOT_FOUND.because(
        "Shard %s in stream %s under account %s does not exist"
            .formatted(shard, stream, Arns.ACCOUNT));
  }

  /** The offset that a reader begins at. */
  CompletionStage<Long> start(
      StreamState stream,
      Shard shard,
      Position position,
      @Nullable String sequenceNumber,
      @Nullable Instant timestamp) {
    boolean bySequence =
        position == Position.AT_SEQUENCE_NUMBER || position == Position.AFTER_SEQUENCE_NUMBER;
    if (bySequence != (sequenceNumber != null)) {
      throw KinesisError.INVALID_ARGUMENT.because(
          "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified %s and %s StartingSequenceNumber."
              .formatted(position, sequenceNumber == null ? "no" : "also a"));
    }
    return switch (position) {
      case AT_SEQUENCE_NUMBER ->
          numbered(stream, shard, String.valueOf(sequenceNumber))
              .thenApply(next -> Math.max(0, next - 1));
      case AFTER_SEQUENCE_NUMBER -> numbered(stream, shard, String.valueOf(sequenceNumber));
      case TRIM_HORIZON -> topics.begin(stream.name(), shard.number());
      case LATEST -> end(stream, shard);
      case AT_TIMESTAMP -> since(stream, shard, timestamp);
    };
  }

  /** The position of a sequence number, which is the offset of the record after it. */
  private CompletionStage<Long> numbered(StreamState stream, Shard shard, String text) {
    Validation.sequenceNumber("startingSequenceNumber", text);
    SequenceNumber number =
        SequenceNumber.parse(text)
            .orElseThrow(() -> notOfStream(stream, shard, text, "is invalid."));
    if (number.created() != stream.created()) {
      throw notOfStream(
          stream, shard, text, "is invalid because it did not come from this stream.");
    }
    if (number.shard() != shard.number()) {
      throw KinesisError.INVALID_ARGUMENT.because(
          "Invalid StartingSequenceNumber. It encodes %s, while it was used in a call to a shard with %s"
              .formatted(Shard.id(number.shard()), shard.id()));
    }
    return end(stream, shard)
        .thenApply(
            end -> {
              if (number.position() > end) {
                throw notOfStream(stream, shard, text, "is invalid: no record has it yet.");
              }
              return number.position();
            });
  }

  private static KinesisException notOfStream(
      StreamState stream, Shard shard, String number, String why) {
    return KinesisError.INVALID_ARGUMENT.because(
        "StartingSequenceNumber %s used in GetShardIterator on shard %s in stream %s under account %s %s"
            .formatted(number, shard.id(), stream.name(), Arns.ACCOUNT, why));
  }

  private CompletionStage<Long> since(
      StreamState stream, Shard shard, @Nullable Instant timestamp) {
    if (timestamp == null) {
      throw KinesisError.INVALID_ARGUMENT.because(
          "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.");
    }
    if (timestamp.toEpochMilli() > clock.millis()) {
      throw KinesisError.INVALID_ARGUMENT.because(
          "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: %d, currentTimestampInMillis: %d"
              .formatted(timestamp.toEpochMilli(), clock.millis()));
    }
    return topics
        .since(stream.name(), shard.number(), timestamp.toEpochMilli())
        .thenCompose(
            found ->
                found.isPresent()
                    ? CompletableFuture.completedFuture(found.get())
                    : end(stream, shard));
  }

  /** The offset after the last record, now. */
  CompletionStage<Long> end(StreamState stream, Shard shard) {
    Long end = shard.end();
    return end == null
        ? topics.end(stream.name(), shard.number())
        : CompletableFuture.completedFuture(end);
  }

  CompletionStage<?> records(Requests.GetRecords request, Call call) {
    int limit = Validation.between("limit", request.limit(), 1, MAX_RECORDS, MAX_RECORDS);
    String text = Validation.lengthOf("shardIterator", request.shardIterator(), 1, 512);
    ShardIterator iterator = ShardIterator.parse(text, clock.millis());
    Stream stream =
        Optional.ofNullable(streams.all().get(iterator.stream()))
            .filter(found -> found.state().created() == iterator.created())
            .orElseThrow(() -> noShard(iterator.stream(), Shard.id(iterator.shard())));
    Shard shard = shard(stream.state(), Shard.id(iterator.shard()));
    if (limited && !stream.limits().read(shard.number(), System.nanoTime())) {
      throw Put.rateExceeded(stream.state(), shard.number());
    }
    if (!call.lease().grow(MAX_BYTES)) {
      throw KinesisException.busy();
    }
    return end(stream.state(), shard)
        .thenCompose(
            end ->
                read(stream.state(), shard, iterator.offset(), end, limit, MAX_BYTES)
                    .thenApply(read -> answer(stream, shard, iterator, read, end)));
  }

  CompletableFuture<ShardReader.Read> read(
      StreamState stream, Shard shard, long offset, long end, int limit, long bytes) {
    return reader.read(
        new TopicPartition(StreamTopics.of(stream.name()), shard.number()),
        stream.created(),
        offset,
        end,
        limit,
        bytes);
  }

  private Answers.Records answer(
      Stream stream, Shard shard, ShardIterator iterator, ShardReader.Read read, long end) {
    long now = clock.millis();
    StreamState state = stream.state();
    if (limited) {
      long bytes = read.records().stream().mapToLong(record -> record.serializedValueSize()).sum();
      stream.limits().wasRead(shard.number(), bytes, System.nanoTime());
    }
    boolean atEnd = !shard.isOpen() && read.next() >= end;
    return new Answers.Records(
        records(state, shard, read.records()),
        atEnd ? null : iterator.at(read.next(), now).text(),
        behind(read, end, now),
        atEnd ? children(state, shard) : null);
  }

  List<Answers.Record> records(
      StreamState stream, Shard shard, List<ConsumerRecord<byte[], byte[]>> records) {
    String encryption = stream.keyId() == null ? null : "KMS";
    return records.stream()
        .map(
            record ->
                new Answers.Record(
                    stream.at(shard, record.offset() + 1).toString(),
                    Instant.ofEpochMilli(record.timestamp()),
                    record.value() == null ? new byte[0] : record.value(),
                    record.key() == null ? "" : new String(record.key(), UTF_8),
                    encryption))
        .toList();
  }

  /** How old the newest record of an answer is when there are others after it. */
  static long behind(ShardReader.Read read, long end, long now) {
    return read.next() >= end || read.records().isEmpty()
        ? 0
        : Math.max(0, now - read.records().get(read.records().size() - 1).timestamp());
  }

  static List<Answers.ChildShard> children(StreamState stream, Shard shard) {
    return stream.shards().stream()
        .filter(child -> child.isChildOf(shard))
        .map(
            child ->
                new Answers.ChildShard(
                    child.id(),
                    java.util.stream.Stream.of(child.parent(), child.adjacentParent())
                        .filter(java.util.Objects::nonNull)
                        .map(Shard::id)
                        .toList(),
                    Answers.HashKeyRange.of(child.range())))
        .toList();
  }
}
