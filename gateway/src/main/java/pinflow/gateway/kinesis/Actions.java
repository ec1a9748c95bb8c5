package pinflow.gateway.kinesis;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;

/** The actions by their names in the API reference. */
final class Actions {
  private final Map<String, Action<?>> actions = new HashMap<>();

  /**
   * @param request what its body is read as
   */
  record Action<T>(Class<T> request, BiFunction<T, Call, CompletionStage<?>> answer) {
    CompletionStage<?> run(Encoding encoding, byte[] body, Call call) {
      return answer.apply(encoding.read(body, request), call);
    }
  }

  Actions(
      Shape shape,
      Describe describe,
      Put put,
      Get get,
      Attributes attributes,
      Tagging tagging,
      Consumers consumers,
      Subscriptions subscriptions) {
    change("CreateStream", Requests.CreateStream.class, shape::create);
    change("DeleteStream", Requests.DeleteStream.class, shape::delete);
    change("SplitShard", Requests.SplitShard.class, shape::split);
    change("MergeShards", Requests.MergeShards.class, shape::merge);
    change("UpdateShardCount", Requests.UpdateShardCount.class, shape::updateShardCount);
    tell("DescribeLimits", Object.class, request -> shape.limits());
    tell("DescribeStream", Requests.DescribeStream.class, describe::stream);
    tell("DescribeStreamSummary", Requests.DescribeStreamSummary.class, describe::summary);
    tell("ListStreams", Requests.ListStreams.class, describe::streams);
    tell("ListShards", Requests.ListShards.class, describe::shards);
    add("PutRecord", Requests.PutRecord.class, put::record);
    add("PutRecords", Requests.PutRecords.class, put::records);
    add("GetShardIterator", Requests.GetShardIterator.class, get::shardIterator);
    add("GetRecords", Requests.GetRecords.class, get::records);
    add("SubscribeToShard", Requests.SubscribeToShard.class, subscriptions::subscribe);
    change("UpdateStreamMode", Requests.UpdateStreamMode.class, attributes::mode);
    change(
        "IncreaseStreamRetentionPeriod", Requests.Retention.class, attributes::increaseRetention);
    change(
        "DecreaseStreamRetentionPeriod", Requests.Retention.class, attributes::decreaseRetention);
    change("StartStreamEncryption", Requests.Encryption.class, attributes::startEncryption);
    change("StopStreamEncryption", Requests.Encryption.class, attributes::stopEncryption);
    change("EnableEnhancedMonitoring", Requests.Monitoring.class, attributes::enableMonitoring);
    change("DisableEnhancedMonitoring", Requests.Monitoring.class, attributes::disableMonitoring);
    change("AddTagsToStream", Requests.AddTags.class, tagging::addToStream);
    change("RemoveTagsFromStream", Requests.RemoveTags.class, tagging::removeFromStream);
    tell("ListTagsForStream", Requests.ListTags.class, tagging::ofStream);
    change("TagResource", Requests.TagResource.class, tagging::tag);
    change("UntagResource", Requests.UntagResource.class, tagging::untag);
    tell("ListTagsForResource", Requests.OfResource.class, tagging::ofResource);
    change("PutResourcePolicy", Requests.PutPolicy.class, tagging::putPolicy);
    change("DeleteResourcePolicy", Requests.OfResource.class, tagging::deletePolicy);
    tell("GetResourcePolicy", Requests.OfResource.class, tagging::policy);
    change("RegisterStreamConsumer", Requests.RegisterConsumer.class, consumers::register);
    change("DeregisterStreamConsumer", Requests.OfConsumer.class, consumers::deregister);
    tell("DescribeStreamConsumer", Requests.OfConsumer.class, consumers::describe);
    tell("ListStreamConsumers", Requests.ListConsumers.class, consumers::list);
  }

  private <T> void add(
      String name, Class<T> request, BiFunction<T, Call, CompletionStage<?>> answer) {
    actions.put(name, new Action<>(request, answer));
  }

  private <T> void change(String name, Class<T> request, Function<T, CompletionStage<?>> answer) {
    add(name, request, (asked, call) -> answer.apply(asked));
  }

  private <T> void tell(String name, Class<T> request, Function<T, Object> answer) {
    add(name, request, (asked, call) -> CompletableFuture.completedFuture(answer.apply(asked)));
  }

  Optional<Action<?>> find(String name) {
    return Optional.ofNullable(actions.get(name));
  }
}
