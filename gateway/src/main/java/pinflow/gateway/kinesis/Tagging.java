package pinflow.gateway.kinesis;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The actions on the tags and the policies of streams and consumers; both are only kept. */
final class Tagging {
  private static final int MAX_TAGS = 50;
  private static final Pattern ALLOWED = Pattern.compile("[\\p{L}\\p{N}\\p{Zs}_./=+\\-@:]*");
  private static final ObjectMapper JSON = new JsonMapper();

  private final Streams streams;
  private final Resolver resolver;

  Tagging(Streams streams, Resolver resolver) {
    this.streams = streams;
    this.resolver = resolver;
  }

  CompletionStage<?> addToStream(Requests.AddTags request) {
    Map<String, String> tags = checked(request.tags());
    return changeStream(resolver.name(request), stream -> with(stream.name(), stream.tags(), tags));
  }

  CompletionStage<?> removeFromStream(Requests.RemoveTags request) {
    List<String> keys = keys(request.tagKeys());
    return changeStream(resolver.name(request), stream -> without(stream.tags(), keys));
  }

  private CompletionStage<?> changeStream(
      String name, Function<StreamState, Map<String, String>> change) {
    return streams
        .change(name, stream -> stream.withTags(change.apply(stream)))
        .thenApply(changed -> Answers.NONE);
  }

  Object ofStream(Requests.ListTags request) {
    int limit = Validation.between("limit", request.limit(), 1, MAX_TAGS, MAX_TAGS);
    String after = request.exclusiveStartTagKey() == null ? "" : request.exclusiveStartTagKey();
    List<Answers.Tag> tags =
        listed(new TreeMap<>(resolver.stream(request).state().tags()).tailMap(after, false));
    return new Answers.StreamTags(tags.stream().limit(limit).toList(), tags.size() > limit);
  }

  private static List<Answers.Tag> listed(Map<String, String> tags) {
    return new TreeMap<>(tags)
        .entrySet().stream().map(tag -> new Answers.Tag(tag.getKey(), tag.getValue())).toList();
  }

  private static Map<String, String> checked(@Nullable Map<String, String> given) {
    Map<String, String> tags = Validation.required("tags", given);
    Validation.tags(tags, MAX_TAGS);
    tags.forEach(
        (key, value) -> {
          if (!ALLOWED.matcher(key).matches() || !ALLOWED.matcher(value).matches()) {
            throw KinesisError.INVALID_ARGUMENT.because(
                "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @.");
          }
        });
    return tags;
  }

  private static List<String> keys(@Nullable List<String> given) {
    List<String> keys = Validation.required("tagKeys", given);
    Validation.length("tagKeys", keys, keys.size(), 1, MAX_TAGS);
    return keys;
  }

  private static Map<String, String> with(
      String stream, Map<String, String> before, Map<String, String> added) {
    Map<String, String> tags = new TreeMap<>(before);
    tags.putAll(added);
    if (tags.size() > MAX_TAGS) {
      throw KinesisError.INVALID_ARGUMENT.because(
          "Failed to add tags to stream %s under account %s because a given stream cannot have more than %d tags associated with it."
              .formatted(stream, Arns.ACCOUNT, MAX_TAGS));
    }
    return tags;
  }

  private static Map<String, String> without(Map<String, String> before, List<String> keys) {
    Map<String, String> tags = new TreeMap<>(before);
    keys.forEach(tags::remove);
    return tags;
  }

  CompletionStage<?> tag(Requests.TagResource request) {
    Map<String, String> tags = checked(request.tags());
    return changeResource(
        request.resourceARN(), before -> with(String.valueOf(request.resourceARN()), before, tags));
  }

  CompletionStage<?> untag(Requests.UntagResource request) {
    List<String> keys = keys(request.tagKeys());
    return changeResource(request.resourceARN(), before -> without(before, keys));
  }

  private CompletionStage<?> changeResource(
      @Nullable String arn, Function<Map<String, String>, Map<String, String>> change) {
    Arns.Resource resource = resource(arn);
    return streams
        .change(
            resource.stream(),
            stream ->
                resource.consumer().isEmpty()
                    ? stream.withTags(change.apply(stream.tags()))
                    : Consumers.replaced(
                        stream,
                        resource,
                        consumer -> consumer.withTags(change.apply(consumer.tags()))))
        .thenApply(changed -> Answers.NONE);
  }

  private Arns.Resource resource(@Nullable String arn) {
    return resolver.arns().parse("resourceARN", Validation.required("resourceARN", arn));
  }

  Object ofResource(Requests.OfResource request) {
    Arns.Resource resource = resource(request.resourceARN());
    StreamState stream = streams.find(resource.stream()).state();
    return new Answers.ResourceTags(
        listed(
            resource.consumer().isEmpty()
                ? stream.tags()
                : Consumers.find(stream, resource).tags()));
  }

  CompletionStage<?> putPolicy(Requests.PutPolicy request) {
    String policy = Validation.required("policy", request.policy());
    try {
      if (!JSON.readTree(policy).isObject()) {
        throw notAPolicy();
      }
    } catch (JacksonException e) {
      throw notAPolicy();
    }
    return changePolicies(
        request.resourceARN(), policies -> policies.put(request.resourceARN(), policy));
  }

  private static KinesisException notAPolicy() {
    return KinesisError.INVALID_ARGUMENT.because("The resource policy is not a JSON document.");
  }

  CompletionStage<?> deletePolicy(Requests.OfResource request) {
    return changePolicies(
        request.resourceARN(),
        policies -> {
          if (policies.remove(request.resourceARN()) == null) {
            throw noPolicy(request.resourceARN());
          }
        });
  }

  private CompletionStage<?> changePolicies(
      @Nullable String arn, java.util.function.Consumer<Map<@Nullable String, String>> change) {
    Arns.Resource resource = resource(arn);
    return streams
        .change(
            resource.stream(),
            stream -> {
              if (resource.consumer().isPresent()) {
                Consumers.find(stream, resource);
              }
              Map<@Nullable String, String> policies = new TreeMap<>(stream.policies());
              change.accept(policies);
              return stream.withPolicies(policies);
            })
        .thenApply(changed -> Answers.NONE);
  }

  Object policy(Requests.OfResource request) {
    Arns.Resource resource = resource(request.resourceARN());
    String policy = streams.find(resource.stream()).state().policies().get(request.resourceARN());
    if (policy == null) {
      throw noPolicy(request.resourceARN());
    }
    return new Answers.Policy(policy);
  }

  private static KinesisException noPolicy(@Nullable String arn) {
    return KinesisError.RESOURCE_NOT_FOUND.because(
        "No resource policy found for resource ARN %s.".formatted(arn));
  }
}
