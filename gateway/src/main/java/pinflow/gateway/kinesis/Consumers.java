package pinflow.gateway.kinesis;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The actions on the registered consumers of streams. */
final class Consumers {
  private static final int MAX_CONSUMERS = 20;
  private static final String ACTIVE = "ACTIVE";

  private final Streams streams;
  private final Resolver resolver;
  private final InstantSource clock;

  Consumers(Streams streams, Resolver resolver, InstantSource clock) {
    this.streams = streams;
    this.resolver = resolver;
    this.clock = clock;
  }

  /** The consumer that an ARN names. */
  static StreamState.Consumer find(StreamState stream, Arns.Resource resource) {
    return stream.consumers().stream()
        .filter(consumer -> isNamed(consumer, resource))
        .findFirst()
        .orElseThrow(() -> notFound(stream.name(), resource.consumer().orElse("")));
  }

  private static boolean isNamed(StreamState.Consumer consumer, Arns.Resource resource) {
    return consumer.name().equals(resource.consumer().orElse(""))
        && consumer.created() / 1000 == resource.consumerCreated();
  }

  private static KinesisException notFound(String stream, String consumer) {
    return KinesisError.RESOURCE_NOT_FOUND.because(
        "Consumer %s of stream %s under account %s not found."
            .formatted(consumer, stream, Arns.ACCOUNT));
  }

  /** The stream with the named consumer changed. */
  static StreamState replaced(
      StreamState stream, Arns.Resource resource, UnaryOperator<StreamState.Consumer> change) {
    StreamState.Consumer changed = find(stream, resource);
    return stream.withConsumers(
        stream.consumers().stream()
            .map(consumer -> consumer.equals(changed) ? change.apply(consumer) : consumer)
            .toList());
  }

  private String stream(@Nullable String arn) {
    Arns.Resource resource =
        resolver.arns().parse("streamARN", Validation.required("streamARN", arn));
    if (resource.consumer().isPresent()) {
      throw KinesisError.INVALID_ARGUMENT.because("%s is not a stream's ARN.".formatted(arn));
    }
    return resource.stream();
  }

  CompletionStage<?> register(Requests.RegisterConsumer request) {
    String name = Validation.name("consumerName", request.consumerName());
    Map<String, String> tags = request.tags() == null ? Map.of() : request.tags();
    if (!tags.isEmpty()) {
      Validation.tags(tags, 50);
    }
    String stream = stream(request.streamARN());
    StreamState.Consumer added = new StreamState.Consumer(name, clock.millis(), tags);
    return streams
        .change(
            stream,
            state -> {
              if (state.status() == StreamState.Status.CREATING
                  || state.status() == StreamState.Status.DELETING) {
                throw Describe.inUse(state);
              }
              if (state.consumers().stream().anyMatch(other -> other.name().equals(name))) {
                throw KinesisError.RESOURCE_IN_USE.because(
                    "Consumer under stream %s with name %s already exists."
                        .formatted(state.name(), name));
              }
              if (state.consumers().size() >= MAX_CONSUMERS) {
                throw KinesisError.LIMIT_EXCEEDED.because(
                    "Stream %s has %d consumers, and no more may be registered."
                        .formatted(state.name(), MAX_CONSUMERS));
              }
              List<StreamState.Consumer> all = new ArrayList<>(state.consumers());
              all.add(added);
              return state.withConsumers(List.copyOf(all));
            })
        .thenApply(changed -> new Answers.RegisteredConsumer(described(stream, added)));
  }

  private Answers.Consumer described(String stream, StreamState.Consumer consumer) {
    return new Answers.Consumer(
        consumer.name(),
        resolver.arns().consumer(stream, consumer),
        ACTIVE,
        Instant.ofEpochMilli(consumer.created()));
  }

  /** By its ARN, or by its name and its stream's ARN. */
  private Arns.Resource named(Requests.OfConsumer request) {
    String arn = request.consumerARN();
    if (arn != null) {
      Arns.Resource resource = resolver.arns().parse("consumerARN", arn);
      if (resource.consumer().isEmpty()) {
        throw KinesisError.INVALID_ARGUMENT.because("%s is not a consumer's ARN.".formatted(arn));
      }
      return resource;
    }
    if (request.streamARN() == null || request.consumerName() == null) {
      throw KinesisError.INVALID_ARGUMENT.because(
          "Either ConsumerARN or both StreamARN and ConsumerName must be provided.");
    }
    String stream = stream(request.streamARN());
    String name = Validation.name("consumerName", request.consumerName());
    return streams.find(stream).state().consumers().stream()
        .filter(consumer -> consumer.name().equals(name))
        .map(
            consumer ->
                new Arns.Resource(stream, java.util.Optional.of(name), consumer.created() / 1000))
        .findFirst()
        .orElseThrow(() -> notFound(stream, name));
  }

  CompletionStage<?> deregister(Requests.OfConsumer request) {
    Arns.Resource resource = named(request);
    return streams
        .change(
            resource.stream(),
            stream -> {
              StreamState.Consumer gone = find(stream, resource);
              return stream.withConsumers(
                  stream.consumers().stream().filter(other -> !other.equals(gone)).toList());
            })
        .thenApply(changed -> Answers.NONE);
  }

  Object describe(Requests.OfConsumer request) {
    Arns.Resource resource = named(request);
    StreamState.Consumer consumer = find(streams.find(resource.stream()).state(), resource);
    return new Answers.DescribedConsumer(
        new Answers.ConsumerDescription(
            consumer.name(),
            resolver.arns().consumer(resource.stream(), consumer),
            ACTIVE,
            Instant.ofEpochMilli(consumer.created()),
            resolver.arns().stream(resource.stream())));
  }

  Object list(Requests.ListConsumers request) {
    int limit = Validation.between("maxResults", request.maxResults(), 1, 10_000, 100);
    String stream = stream(request.streamARN());
    String after = request.nextToken() == null ? "" : Describe.decoded(request.nextToken());
    List<StreamState.Consumer> consumers =
        streams.find(stream).state().consumers().stream()
            .filter(consumer -> consumer.name().compareTo(after) > 0)
            .sorted(Comparator.comparing(StreamState.Consumer::name))
            .toList();
    List<StreamState.Consumer> page = consumers.stream().limit(limit).toList();
    return new Answers.ListedConsumers(
        page.stream().map(consumer -> described(stream, consumer)).toList(),
        consumers.size() > limit ? Describe.encoded(page.get(page.size() - 1).name()) : null);
  }
}
