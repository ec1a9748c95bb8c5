package pinflow.sink;

import java.time.Clock;
import java.util.Collection;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.jspecify.annotations.Nullable;

/** A task of {@link S3SinkConnector}: its life as Connect drives it. */
public final class S3SinkTask extends SinkTask {

  private final Clock clock;
  private @Nullable Partitions partitions;

  /** As Connect makes it. */
  public S3SinkTask() {
    this(Clock.systemUTC());
  }

  /** With a clock that decides when objects are cut by time. */
  S3SinkTask(Clock clock) {
    this.clock = clock;
  }

  @Override
  public String version() {
    return Version.ofPlugin();
  }

  @Override
  public void start(Map<String, String> properties) {
    partitions = new Partitions(new SinkConfig(properties), context, clock);
  }

  @Override
  public void open(Collection<TopicPartition> opened) {
    started().open(opened);
  }

  @Override
  public void put(Collection<SinkRecord> records) {
    started().put(records);
  }

  /** The offsets after the last ones in the store, whatever has been put. */
  @Override
  public Map<TopicPartition, OffsetAndMetadata> preCommit(
      Map<TopicPartition, OffsetAndMetadata> put) {
    return started().stored();
  }

  @Override
  public void close(Collection<TopicPartition> closed) {
    started().giveBack(closed);
  }

  @Override
  public void stop() {
    if (partitions != null) {
      partitions.close();
    }
  }

  private Partitions started() {
    if (partitions == null) {
      throw new IllegalStateException("The task is not started");
    }
    return partitions;
  }
}
