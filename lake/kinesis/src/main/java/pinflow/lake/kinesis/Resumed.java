package pinflow.lake.kinesis;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;

/**
 * Where reading begins or goes on, held against the stream as it is now.
 *
 * @param offset of this stream; with shards only that it lists
 * @param trimmed shards of which the record at the position, and maybe more, is gone
 */
record Resumed(StreamOffset offset, Lineage lineage, Set<String> trimmed) {
  private static final Logger log = LoggerFactory.getLogger(Resumed.class);

  /** The first offset of a query without a checkpoint. */
  static StreamOffset initial(SourceOptions options, StreamClient client) {
    StreamDescriptionSummary stream = client.describe();
    // Before the shards are listed: of a shard that is made later all is to be read.
    long now = System.currentTimeMillis();
    ShardPosition position;
    if (options.initialPosition() instanceof InitialPosition.AtTimestamp at) {
      position = new ShardPosition.AtTimestamp(at.timestamp().toEpochMilli(), now);
    } else if (options.initialPosition() instanceof InitialPosition.Earliest) {
      position = new ShardPosition.TrimHorizon(now);
    } else {
      // Not LATEST: shards of which no record is read yet would lose what comes while nobody reads.
      position = new ShardPosition.AtTimestamp(now, now);
    }
    return all(options.stream(), created(stream), client.shards(), position);
  }

  /**
   * @throws KinesisSourceException if records may be lost and {@code failOnDataLoss} is set
   */
  static Resumed at(StreamOffset offset, SourceOptions options, StreamClient client) {
    StreamDescriptionSummary stream = client.describe();
    Lineage lineage = client.shards();
    long now = System.currentTimeMillis();
    if (!offset.stream().equals(options.stream())) {
      throw new KinesisSourceException(
          "The checkpoint is of stream %s, and the query reads %s. Give each stream its own checkpoint."
              .formatted(offset.stream(), options.stream()));
    }
    if (offset.created() != created(stream)) {
      lost(
          options,
          "Stream %s was created at %s, and the checkpoint is of one of the same name that was created at %s and is gone with what was not read of it."
              .formatted(options, stream.streamCreationTimestamp(), time(offset.created())));
      var horizon = new ShardPosition.TrimHorizon(now);
      StreamOffset fresh = all(options.stream(), created(stream), lineage, horizon);
      return new Resumed(fresh, lineage, Set.of());
    }
    Duration retention = Duration.ofHours(stream.retentionPeriodHours());
    SortedMap<String, ShardPosition> kept = new TreeMap<>();
    Set<String> trimmed = new HashSet<>();
    for (Map.Entry<String, ShardPosition> entry : offset.shards().entrySet()) {
      String shard = entry.getKey();
      ShardPosition position = entry.getValue();
      if (lineage.shards().contains(shard)) {
        kept.put(shard, position);
        if (mayBeTrimmed(shard, position, now - retention.toMillis(), client)) {
          trimmed.add(shard);
          lost(
              options,
              "Shard %s of stream %s was last known to be read to its tip at %s, longer ago than the %d hours that the stream keeps records: what came next may be gone unread."
                  .formatted(shard, options, time(position.until()), retention.toHours()));
        }
      } else if (!position.ended()) {
        lost(
            options,
            "Shard %s of stream %s, which was not read to its end, is no longer there: its records were older than the %d hours that the stream keeps them."
                .formatted(shard, options, retention.toHours()));
      }
    }
    return new Resumed(new StreamOffset(offset.stream(), offset.created(), kept), lineage, trimmed);
  }

  private static boolean mayBeTrimmed(
      String shard, ShardPosition position, long oldest, StreamClient client) {
    if (position.ended() || position.until() >= oldest) {
      return false;
    }
    String iterator = client.iterator(shard, new ShardPosition.TrimHorizon(0));
    GetRecordsResponse first = client.records(iterator);
    return position.last() == null
        || first.records().isEmpty()
        || new BigInteger(first.records().get(0).sequenceNumber()).compareTo(position.lastNumber())
            > 0;
  }

  private static StreamOffset all(
      String stream, long created, Lineage lineage, ShardPosition position) {
    SortedMap<String, ShardPosition> shards = new TreeMap<>();
    List.copyOf(lineage.shards()).forEach(shard -> shards.put(shard, position));
    return new StreamOffset(stream, created, shards);
  }

  private static long created(StreamDescriptionSummary stream) {
    return stream.streamCreationTimestamp().toEpochMilli();
  }

  private static Instant time(long millis) {
    return Instant.ofEpochMilli(millis);
  }

  private static void lost(SourceOptions options, String what) {
    if (options.failOnDataLoss()) {
      throw new KinesisSourceException(
          what
              + " Set the option failOnDataLoss to false to go on with what is there, or begin with a new checkpoint.");
    }
    log.warn("{} The query goes on with what is there, since failOnDataLoss is false.", what);
  }
}
