package pinflow.gateway.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The actions that tell what streams and shards there are. */
final class Describe {
  private static final int MANY = 10_000;
  private static final Duration TOKEN_VALID = Duration.ofMinutes(5);

  private final Streams streams;
  private final Resolver resolver;
  private final InstantSource clock;

  private enum FilterType {
    AFTER_SHARD_ID,
    AT_TRIM_HORIZON,
    FROM_TRIM_HORIZON,
    AT_LATEST,
    AT_TIMESTAMP,
    FROM_TIMESTAMP
  }

  /**
   * A page's successor.
   *
   * @param after the number of the last shard that was listed
   */
  private record Token(
      long issued, String stream, long created, int after, String type, long time) {}

  Describe(Streams streams, Resolver resolver, InstantSource clock) {
    this.streams = streams;
    this.resolver = resolver;
    this.clock = clock;
  }

  Object stream(Requests.DescribeStream request) {
    int limit = Validation.between("limit", request.limit(), 1, MANY, 100);
    StreamState stream = resolver.stream(request).state();
    int after = after(request.exclusiveStartShardId());
    List<Shard> shards =
        stream.status() == StreamState.Status.CREATING
            ? List.of()
            : sorted(stream.liveShards(clock.millis()), shard -> shard.number() > after);
    return new Answers.DescribedStream(
        new Answers.StreamDescription(
            stream.name(),
            arn(stream),
            stream.status().name(),
            new Requests.ModeDetails(stream.mode()),
            described(stream, shards.stream().limit(limit).toList()),
            shards.size() > limit,
            stream.retentionHours(),
            Instant.ofEpochMilli(stream.created()),
            monitoring(stream),
            stream.keyId() == null ? "NONE" : "KMS",
            stream.keyId()));
  }

  Object summary(Requests.DescribeStreamSummary request) {
    StreamState stream = resolver.stream(request).state();
    return new Answers.DescribedSummary(
        new Answers.StreamDescriptionSummary(
            stream.name(),
            arn(stream),
            stream.status().name(),
            new Requests.ModeDetails(stream.mode()),
            stream.retentionHours(),
            Instant.ofEpochMilli(stream.created()),
            monitoring(stream),
            stream.keyId() == null ? "NONE" : "KMS",
            stream.keyId(),
            stream.openShards().size(),
            stream.consumers().size(),
            1024));
  }

  private static List<Answers.EnhancedMetrics> monitoring(StreamState stream) {
    return List.of(new Answers.EnhancedMetrics(stream.metrics().stream().sorted().toList()));
  }

  private String arn(StreamState stream) {
    return resolver.arns().stream(stream.name());
  }

  private static List<Shard> sorted(Collection<Shard> shards, Predicate<Shard> wanted) {
    return shards.stream().filter(wanted).sorted(Comparator.comparingInt(Shard::number)).toList();
  }

  private static List<Answers.ShardDescription> described(StreamState stream, List<Shard> shards) {
    return shards.stream().map(shard -> Answers.ShardDescription.of(stream, shard)).toList();
  }

  private static int after(@Nullable String shardId) {
    return shardId == null
        ? -1
        : Shard.number(Validation.name("exclusiveStartShardId", shardId))
            .orElseThrow(
                () ->
                    KinesisError.INVALID_ARGUMENT.because(
                        "%s is no shard's identifier, such as %s."
                            .formatted(shardId, Shard.id(0))));
  }

  Object streams(Requests.ListStreams request) {
    int limit = Validation.between("limit", request.limit(), 1, MANY, 100);
    String start = request.exclusiveStartStreamName();
    String token = request.nextToken();
    if (start != null && token != null) {
      throw KinesisError.INVALID_ARGUMENT.because(
          "NextToken and ExclusiveStartStreamName cannot be provided together.");
    }
    String after = token != null ? decoded(token) : start == null ? "" : start;
    List<StreamState> found =
        streams.all().tailMap(after, false).values().stream()
            .limit(limit + 1L)
            .map(Stream::state)
            .toList();
    List<StreamState> page = found.stream().limit(limit).toList();
    boolean more = found.size() > limit;
    return new Answers.ListedStreams(
        page.stream().map(StreamState::name).toList(),
        more,
        more ? encoded(page.get(page.size() - 1).name()) : null,
        page.stream()
            .map(
                stream ->
                    new Answers.StreamSummary(
                        stream.name(),
                        arn(stream),
                        stream.status().name(),
                        new Requests.ModeDetails(stream.mode()),
                        Instant.ofEpochMilli(stream.created())))
            .toList());
  }

  Object shards(Requests.ListShards request) {
    int limit = Validation.between("maxResults", request.maxResults(), 1, MANY, 1_000);
    boolean named = request.streamName() != null || request.streamARN() != null;
    if (!named && request.nextToken() == null) {
      throw KinesisError.INVALID_ARGUMENT.because(
          "Either NextToken or StreamName should be provided.");
    }
    if (named && request.nextToken() != null) {
      throw KinesisError.INVALID_ARGUMENT.because(
          "NextToken and StreamName cannot be provided together.");
    }
    Token from = request.nextToken() == null ? first(request) : token(request.nextToken());
    StreamState stream = streams.find(from.stream()).state();
    if (stream.created() != from.created()) {
      throw KinesisError.RESOURCE_NOT_FOUND.because(
          "Stream %s under account %s has been made anew.".formatted(stream.name(), Arns.ACCOUNT));
    }
    if (stream.status() == StreamState.Status.CREATING) {
      throw inUse(stream);
    }
    Predicate<Shard> wanted = filter(stream, from);
    List<Shard> shards =
        sorted(
            stream.liveShards(clock.millis()), wanted.and(shard -> shard.number() > from.after()));
    List<Shard> page = shards.stream().limit(limit).toList();
    return new Answers.ListedShards(
        described(stream, page),
        shards.size() > limit ? token(from, page.get(page.size() - 1).number()) : null);
  }

  static KinesisException inUse(StreamState stream) {
    return KinesisError.RESOURCE_IN_USE.because(
        "Stream %s under account %s not ACTIVE, instead in state %s"
            .formatted(stream.name(), Arns.ACCOUNT, stream.status()));
  }

  private Token first(Requests.ListShards request) {
    StreamState stream = resolver.stream(request).state();
    Instant created = request.streamCreationTimestamp();
    Requests.ShardFilter filter = request.shardFilter();
    FilterType type =
        filter == null
            ? FilterType.FROM_TRIM_HORIZON
            : Validation.constant("shardFilter.type", filter.type(), FilterType.class);
    int after = after(request.exclusiveStartShardId());
    if (type == FilterType.AFTER_SHARD_ID && filter != null) {
      after = Math.max(after, after(Validation.required("shardFilter.shardId", filter.shardId())));
    }
    boolean timed = type == FilterType.AT_TIMESTAMP || type == FilterType.FROM_TIMESTAMP;
    long time =
        timed && filter != null
            ? Validation.required("shardFilter.timestamp", filter.timestamp()).toEpochMilli()
            : 0;
    return new Token(
        clock.millis(),
        stream.name(),
        // To the second: what clients were told is rounded by some of them.
        created == null || created.getEpochSecond() == stream.created() / 1000
            ? stream.created()
            : created.toEpochMilli(),
        after,
        type.name(),
        time);
  }

  private Predicate<Shard> filter(StreamState stream, Token token) {
    long horizon = stream.horizon(clock.millis());
    long time = Math.max(token.time(), horizon);
    return switch (FilterType.valueOf(token.type())) {
      case AFTER_SHARD_ID, FROM_TRIM_HORIZON -> shard -> true;
      case AT_TRIM_HORIZON -> shard -> shard.wasOpenAt(horizon);
      case AT_LATEST -> Shard::isOpen;
      case AT_TIMESTAMP -> shard -> shard.wasOpenAt(time);
      case FROM_TIMESTAMP -> shard -> shard.closed() == null || shard.closed() > time;
    };
  }

  private String token(Token from, int after) {
    return encoded(
        "%d/%s/%d/%d/%s/%d"
            .formatted(
                clock.millis(), from.stream(), from.created(), after, from.type(), from.time()));
  }

  private Token token(String text) {
    String[] parts = decoded(text).split("/", -1);
    try {
      if (parts.length == 6) {
        Token token =
            new Token(
                Long.parseLong(parts[0]),
                parts[1],
                Long.parseLong(parts[2]),
                Integer.parseInt(parts[3]),
                FilterType.valueOf(parts[4]).name(),
                Long.parseLong(parts[5]));
        if (clock.millis() - token.issued() > TOKEN_VALID.toMillis()) {
          throw KinesisError.EXPIRED_NEXT_TOKEN.because(
              "The NextToken is older than " + TOKEN_VALID.toSeconds() + " seconds.");
        }
        return token;
      }
    } catch (IllegalArgumentException e) {
      throw KinesisError.INVALID_ARGUMENT.because("Invalid NextToken.");
    }
    throw KinesisError.INVALID_ARGUMENT.because("Invalid NextToken.");
  }

  static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  static String decoded(String token) {
    try {
      return new String(Base64.getDecoder().decode(token), UTF_8);
    } catch (IllegalArgumentException e) {
      throw KinesisError.INVALID_ARGUMENT.because("Invalid NextToken.");
    }
  }
}
