package pinflow.gateway.log;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.TopicConfig;

/**
 * A topic that exists.
 *
 * @param configs its settings by name; none when the cluster does not let us see them
 */
public record Topic(TopicDescription description, Map<String, String> configs) {

  public String name() {
    return description.name();
  }

  public List<TopicPartitionInfo> partitions() {
    return description.partitions();
  }

  /** The largest batch that the topic takes, of one record at least. */
  int maxMessageBytes() {
    String limit = configs.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
    return limit == null ? Integer.MAX_VALUE : Integer.parseInt(limit);
  }
}
