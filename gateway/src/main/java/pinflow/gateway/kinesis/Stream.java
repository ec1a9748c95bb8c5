package pinflow.gateway.kinesis;

import java.math.BigInteger;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;

/** A stream as this gateway serves it: its newest durable state, and the gate for its puts. */
final class Stream {
  private final Gate gate = new Gate();
  private final Limits limits = new Limits();
  private volatile Routing routing;

  /**
   * @param open the open shards by the begin of their ranges, which leave no gap
   */
  private record Routing(StreamState state, NavigableMap<BigInteger, Shard> open) {
    static Routing of(StreamState state) {
      NavigableMap<BigInteger, Shard> open = new TreeMap<>();
      state.openShards().forEach(shard -> open.put(shard.range().first(), shard));
      return new Routing(state, open);
    }
  }

  Stream(StreamState state) {
    this.routing = Routing.of(state);
  }

  StreamState state() {
    return routing.state();
  }

  void become(StreamState state) {
    routing = Routing.of(state);
  }

  Shard shardOf(BigInteger hashKey) {
    return Objects.requireNonNull(routing.open().floorEntry(hashKey)).getValue();
  }

  Gate gate() {
    return gate;
  }

  Limits limits() {
    return limits;
  }
}
