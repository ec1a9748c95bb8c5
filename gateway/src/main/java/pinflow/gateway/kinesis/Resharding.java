package pinflow.gateway.kinesis;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** How a change comes about: rounds of splits and merges, each round one change of the state. */
final class Resharding {
  private Resharding() {}

  /** Shards that close and the ranges of those that take their place: 1 and 2, or 2 and 1. */
  record Step(List<Shard> parents, List<HashRange> children) {
    static Step split(Shard shard, BigInteger at) {
      return new Step(
          List.of(shard),
          List.of(
              new HashRange(shard.range().first(), at.subtract(BigInteger.ONE)),
              new HashRange(at, shard.range().last())));
    }

    static Step merge(Shard lower, Shard upper) {
      return new Step(
          List.of(lower, upper),
          List.of(new HashRange(lower.range().first(), upper.range().last())));
    }
  }

  /** What is to be done next; nothing when the state is as the change wants it. */
  static List<Step> next(StreamState state) {
    Change change = state.pending();
    if (change instanceof Change.Split split) {
      return Stream.of(split.shard())
          .map(number -> shard(state, number))
          .filter(Shard::isOpen)
          .map(shard -> Step.split(shard, split.at()))
          .toList();
    }
    if (change instanceof Change.Merge merge) {
      Shard lower = shard(state, merge.lower());
      return lower.isOpen() ? List.of(Step.merge(lower, shard(state, merge.upper()))) : List.of();
    }
    return change instanceof Change.Scale scale
        ? scale(state.openShards(), scale.shards())
        : List.of();
  }

  private static Shard shard(StreamState state, int number) {
    return state.shard(number).orElseThrow();
  }

  /**
   * Each shard across a boundary of the wanted ones is split, then neighbours within one merged.
   */
  private static List<Step> scale(List<Shard> open, int wanted) {
    List<BigInteger> boundaries =
        IntStream.range(1, wanted).mapToObj(i -> HashRange.boundary(i, wanted)).toList();
    Set<BigInteger> kept = new HashSet<>(boundaries);
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < open.size(); i++) {
      Shard shard = open.get(i);
      List<BigInteger> within = boundaries.stream().filter(shard.range()::isInside).toList();
      if (!within.isEmpty()) {
        steps.add(Step.split(shard, within.get(within.size() / 2)));
        continue;
      }
      Shard next = i + 1 < open.size() ? open.get(i + 1) : null;
      if (next != null
          && !kept.contains(next.range().first())
          && boundaries.stream().noneMatch(next.range()::isInside)) {
        steps.add(Step.merge(shard, next));
        i++;
      }
    }
    return steps;
  }

  /** How many shards the steps add. */
  static int added(List<Step> steps) {
    return steps.stream().mapToInt(step -> step.children().size()).sum();
  }

  /**
   * The state after the steps. Shards that have been closed for longer than the retention are
   * forgotten.
   *
   * @param ends offset after the last record, of each parent
   */
  static StreamState apply(StreamState state, List<Step> steps, Map<Integer, Long> ends, long now) {
    List<Shard> shards = new ArrayList<>();
    Set<Integer> closing =
        steps.stream()
            .flatMap(step -> step.parents().stream())
            .map(Shard::number)
            .collect(Collectors.toSet());
    for (Shard shard : state.liveShards(now)) {
      shards.add(
          closing.contains(shard.number())
              ? shard.closedAt(Objects.requireNonNull(ends.get(shard.number())), now)
              : shard);
    }
    int number = state.nextShard();
    for (Step step : steps) {
      List<Shard> parents = step.parents();
      int generation = 1 + parents.stream().mapToInt(Shard::generation).max().orElseThrow();
      Integer adjacent = parents.size() == 2 ? parents.get(1).number() : null;
      for (HashRange range : step.children()) {
        shards.add(
            new Shard(
                number++, parents.get(0).number(), adjacent, range, generation, now, null, null));
      }
    }
    StreamState changed = state.withShards(List.copyOf(shards), number, state.pending());
    return next(changed).isEmpty() ? changed.withPending(null) : changed;
  }
}
