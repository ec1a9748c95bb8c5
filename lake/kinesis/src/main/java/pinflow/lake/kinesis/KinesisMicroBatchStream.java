package pinflow.lake.kinesis;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.streaming.MicroBatchStream;
import org.apache.spark.sql.connector.read.streaming.Offset;
import org.apache.spark.sql.connector.read.streaming.ReadLimit;
import org.apache.spark.sql.connector.read.streaming.ReadMaxRows;
import org.apache.spark.sql.connector.read.streaming.ReportsSourceMetrics;
import org.apache.spark.sql.connector.read.streaming.SupportsTriggerAvailableNow;
import org.jspecify.annotations.Nullable;

/**
 * One run of a query over a stream. A batch is, of each shard, the records beyond one sequence
 * number up to and with another, both in Spark's checkpoint: begun again it is the same.
 */
final class KinesisMicroBatchStream
    implements MicroBatchStream, SupportsTriggerAvailableNow, ReportsSourceMetrics {
  private final SourceOptions options;
  private final String checkpoint;
  private final StreamClient client;
  private final String id = UUID.randomUUID().toString();

  private @Nullable StreamOffset initial;
  private @Nullable ReadAhead readAhead;

  /** What the offset that this run goes on from means for the stream as it is now. */
  private @Nullable StreamOffset resumed;

  private boolean toTheTip;

  KinesisMicroBatchStream(SourceOptions options, String checkpoint) {
    this.options = options;
    this.checkpoint = checkpoint;
    this.client = new StreamClient(options);
  }

  /** Kept in a file, since Spark writes down where a batch ends and not where the first begins. */
  @Override
  public Offset initialOffset() {
    if (initial == null) {
      initial = new InitialOffset(checkpoint).read(() -> Resumed.initial(options, client));
    }
    return initial;
  }

  @Override
  public Offset deserializeOffset(String json) {
    return StreamOffset.parse(json);
  }

  @Override
  public void prepareForTriggerAvailableNow() {
    toTheTip = true;
  }

  @Override
  public ReadLimit getDefaultReadLimit() {
    return options.maxRecordsPerTrigger() == null
        ? ReadLimit.allAvailable()
        : ReadLimit.maxRows(options.maxRecordsPerTrigger());
  }

  @Override
  public Offset latestOffset() {
    throw new UnsupportedOperationException("latestOffset(start, limit) is the one that is called");
  }

  /** Null when there is nothing new, as Spark has it. */
  @Override
  @SuppressWarnings("NullAway")
  public Offset latestOffset(Offset start, ReadLimit limit) {
    StreamOffset from = (StreamOffset) start;
    if (readAhead == null) {
      Resumed there = Resumed.at(from, options, client);
      resumed = there.offset();
      readAhead = ReadAhead.begin(id, options, client, there, toTheTip);
    }
    long most = limit instanceof ReadMaxRows rows ? rows.maxRows() : Long.MAX_VALUE;
    try {
      StreamOffset end = readAhead.end(Objects.requireNonNullElse(resumed, from), most);
      resumed = end == null ? resumed : null;
      return end;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KinesisSourceException("Waiting for records was interrupted.", e);
    }
  }

  @Override
  public InputPartition[] planInputPartitions(Offset start, Offset end) {
    StreamOffset from = (StreamOffset) start;
    StreamOffset to = (StreamOffset) end;
    boolean isSameStream = from.created() == to.created();
    List<InputPartition> ranges = new ArrayList<>();
    to.shards()
        .forEach(
            (shard, position) -> {
              ShardPosition before = isSameStream ? from.position(shard) : null;
              if (before == null) {
                before = new ShardPosition.TrimHorizon(0);
              }
              String through = position.last();
              if (through != null && !through.equals(before.last())) {
                ranges.add(new ShardRange(shard, before, through));
              }
            });
    return ranges.toArray(InputPartition[]::new);
  }

  @Override
  public PartitionReaderFactory createReaderFactory() {
    return new RangeReaders(options, id);
  }

  @Override
  public void commit(Offset end) {
    if (readAhead != null) {
      readAhead.commit((StreamOffset) end);
    }
  }

  /**
   * What of the stream is not yet consumed: {@code recordsWaiting}, those that are read ahead;
   * {@code millisWaiting}, for how long the first of them is there; {@code millisBehindLatest}, as
   * Kinesis has it of what is read ahead; {@code bytesReadAhead}; {@code shards}.
   */
  @Override
  public Map<String, String> metrics(Optional<Offset> consumed) {
    return readAhead == null
        ? Map.of()
        : readAhead.metrics(consumed.map(offset -> StreamOffset.parse(offset.json())).orElse(null));
  }

  @Override
  public void stop() {
    if (readAhead != null) {
      readAhead.close();
    }
  }

  /** As it stands in a query's progress. */
  @Override
  public String toString() {
    return "kinesis(" + options + ")";
  }
}
