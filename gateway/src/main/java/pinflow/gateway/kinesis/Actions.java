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

  Actions(Shape shape, Describe describe, Put put, Get get) {
    add("CreateStream", Requests.CreateStream.class, (request, call) -> shape.create(request));
    add("DeleteStream", Requests.DeleteStream.class, (request, call) -> shape.delete(request));
    add("SplitShard", Requests.SplitShard.class, (request, call) -> shape.split(request));
    add("MergeShards", Requests.MergeShards.class, (request, call) -> shape.merge(request));
    add(
        "UpdateShardCount",
        Requests.UpdateShardCount.class,
        (request, call) -> shape.updateShardCount(request));
    tell("DescribeLimits", Object.class, request -> shape.limits());
    tell("DescribeStream", Requests.DescribeStream.class, describe::stream);
    tell("DescribeStreamSummary", Requests.DescribeStreamSummary.class, describe::summary);
    tell("ListStreams", Requests.ListStreams.class, describe::streams);
    tell("ListShards", Requests.ListShards.class, describe::shards);
    add("PutRecord", Requests.PutRecord.class, put::record);
    add("PutRecords", Requests.PutRecords.class, put::records);
    add("GetShardIterator", Requests.GetShardIterator.class, get::shardIterator);
    add("GetRecords", Requests.GetRecords.class, get::records);
  }

  private <T> void add(
      String name, Class<T> request, BiFunction<T, Call, CompletionStage<?>> answer) {
    actions.put(name, new Action<>(request, answer));
  }

  private <T> void tell(String name, Class<T> request, Function<T, Object> answer) {
    add(name, request, (asked, call) -> CompletableFuture.completedFuture(answer.apply(asked)));
  }

  Optional<Action<?>> find(String name) {
    return Optional.ofNullable(actions.get(name));
  }
}
