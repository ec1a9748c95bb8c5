package pinflow.lake.kinesis;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * Which shard came of which.
 *
 * @param parents the shards that a stream lists, each with those that it is a part or the union of
 */
record Lineage(Map<String, Set<String>> parents) {
  static Lineage of(Iterable<Shard> shards) {
    Map<String, Set<String>> parents = new HashMap<>();
    for (Shard shard : shards) {
      Set<String> of = new LinkedHashSet<>();
      if (shard.parentShardId() != null) {
        of.add(shard.parentShardId());
      }
      if (shard.adjacentParentShardId() != null) {
        of.add(shard.adjacentParentShardId());
      }
      parents.put(shard.shardId(), of);
    }
    return new Lineage(parents);
  }

  Set<String> shards() {
    return parents.keySet();
  }

  /** Whether a shard may be read while these are not read to their ends. */
  boolean isFree(String shard, Collection<String> unended) {
    return parents.getOrDefault(shard, Set.of()).stream().noneMatch(unended::contains);
  }

  /** Whether no shard is known to have come of it. */
  boolean isOpen(String shard) {
    return parents.values().stream().noneMatch(of -> of.contains(shard));
  }
}
