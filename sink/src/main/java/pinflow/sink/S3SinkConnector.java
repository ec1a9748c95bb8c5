package pinflow.sink;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes topics to a bucket as JSON lines, each record once, in the layout and with the properties
 * of the Confluent S3 sink (README.md of this module; the objects: {@code objects.md} of
 * contracts).
 */
public final class S3SinkConnector extends SinkConnector {

  private static final Logger log = LoggerFactory.getLogger(S3SinkConnector.class);

  /** Properties that Connect itself reads from a sink connector's configuration. */
  private static final Pattern OF_CONNECT =
      Pattern.compile(
          "name|topics|topics\\.regex|config\\.action\\.reload"
              + "|(?:connector|tasks|key\\.converter|value\\.converter|header\\.converter|transforms|predicates|errors"
              + "|consumer\\.override|producer\\.override|admin\\.override)(?:\\..+)?");

  private Map<String, String> properties = Map.of();

  @Override
  public String version() {
    return Version.ofPlugin();
  }

  @Override
  public ConfigDef config() {
    return SinkConfig.DEF;
  }

  @Override
  public Config validate(Map<String, String> properties) {
    Config config = super.validate(properties);
    String fault =
        SinkConfig.credentialsFault(
            properties.get(SinkConfig.ACCESS_KEY), properties.get(SinkConfig.SECRET_KEY));
    if (fault != null) {
      for (ConfigValue value : config.configValues()) {
        if (value.name().equals(SinkConfig.SECRET_KEY)) {
          value.addErrorMessage(fault);
        }
      }
    }
    return config;
  }

  @Override
  public void start(Map<String, String> properties) {
    new SinkConfig(properties);
    for (String name : properties.keySet()) {
      if (!SinkConfig.DEF.names().contains(name) && !OF_CONNECT.matcher(name).matches()) {
        log.warn("Property {} is not one of this sink's and has no effect.", name);
      }
    }
    this.properties = Map.copyOf(properties);
  }

  @Override
  public Class<? extends Task> taskClass() {
    return S3SinkTask.class;
  }

  @Override
  public List<Map<String, String>> taskConfigs(int maxTasks) {
    return Collections.nCopies(maxTasks, properties);
  }

  /** Refused: tasks go on where the objects end, whatever offsets Connect keeps. */
  @Override
  public boolean alterOffsets(Map<String, String> properties, Map<TopicPartition, Long> offsets) {
    throw new UnsupportedOperationException(
        "The objects in the bucket are this sink's offsets: a task goes on after the last one, so offsets set here would"
            + " have no effect; move objects away to have their records written again.");
  }

  @Override
  public void stop() {}
}
