package pinflow.platform;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.provider.FileConfigProvider;
import org.apache.kafka.connect.cli.ConnectDistributed;
import org.apache.kafka.connect.converters.ByteArrayConverter;
import org.apache.kafka.connect.runtime.Connect;

/**
 * A Kafka Connect worker (distributed mode, group {@code pinflow-connect}) in this process. Its
 * REST API is open on loopback. Connectors may read secrets from files of one folder: <code>
 * ${file:PATH:KEY}</code>.
 */
public final class ConnectWorker implements AutoCloseable {

  private static final String GROUP = "pinflow-connect";

  private final Connect<?> connect;
  private final URI url;

  private ConnectWorker(Connect<?> connect, URI url) {
    this.connect = connect;
    this.url = url;
  }

  /**
   * Starts a worker, which starts the connectors that its group has had before; returns when it
   * takes new ones.
   *
   * @param bootstrap {@code host:port,…} of the broker
   * @param port of the REST API; 0 for any free one
   * @param pluginFolder one folder or jar per plugin in it; made if it is missing
   * @param secretsFolder the only folder that connectors may read secrets from; made if it is
   *     missing
   * @throws PlatformException if the port is taken, a folder cannot be made, or the broker does not
   *     answer
   */
  public static ConnectWorker start(
      String bootstrap, int port, Path pluginFolder, Path secretsFolder) {
    return Ports.start(
        port, "connect.port", claimed -> startOn(claimed, bootstrap, pluginFolder, secretsFolder));
  }

  private static ConnectWorker startOn(
      int claimed, String bootstrap, Path pluginFolder, Path secretsFolder) {
    URI url = URI.create("http://127.0.0.1:" + claimed);
    KafkaExit.install();
    Thread thread = Thread.currentThread();
    ClassLoader loader = thread.getContextClassLoader();
    try {
      Files.createDirectories(pluginFolder);
      Files.createDirectories(secretsFolder);
      Connect<?> connect =
          new ConnectDistributed()
              .startConnect(config(bootstrap, url, pluginFolder, secretsFolder));
      ConnectWorker worker = new ConnectWorker(connect, url);
      try {
        Connectors.awaitHealthy(url);
      } catch (PlatformException e) {
        worker.close();
        throw e;
      }
      return worker;
    } catch (PlatformException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new PlatformException(
          "The Connect worker did not start on port %d (connect.port) with the broker at %s: %s"
              .formatted(claimed, bootstrap, e),
          e);
    } finally {
      thread.setContextClassLoader(loader); // the worker leaves its plugins' one
    }
  }

  /** {@code http://127.0.0.1:port} of the REST API. */
  public URI url() {
    return url;
  }

  /** As {@link Connectors#put}, here. */
  public void put(String connector, Map<String, String> properties) {
    Connectors.put(url, connector, properties);
  }

  @Override
  public void close() {
    connect.stop();
  }

  private static Map<String, String> config(
      String bootstrap, URI url, Path pluginFolder, Path secretsFolder) {
    Map<String, String> config = new HashMap<>();
    config.put("bootstrap.servers", bootstrap);
    config.put("group.id", GROUP);
    config.put("listeners", url.toString());
    config.put("plugin.path", pluginFolder.toAbsolutePath().toString());
    config.put("plugin.discovery", "service_load");
    config.put("key.converter", ByteArrayConverter.class.getName());
    config.put("value.converter", ByteArrayConverter.class.getName());
    config.put("config.providers", "file");
    config.put("config.providers.file.class", FileConfigProvider.class.getName());
    config.put(
        "config.providers.file.param.allowed.paths", secretsFolder.toAbsolutePath().toString());
    config.put("connector.client.config.override.policy", "All");
    config.put("offset.flush.interval.ms", "5000");
    for (String topic : new String[] {"config", "offset", "status"}) {
      config.put(topic + ".storage.topic", GROUP + "-" + topic);
      config.put(topic + ".storage.replication.factor", "1");
      // What these hold is found again or put anew: not worth a sync of each append.
      config.put(topic + ".storage.flush.messages", Long.toString(Long.MAX_VALUE));
    }
    config.put("offset.storage.partitions", "1");
    config.put("status.storage.partitions", "1");
    // After a kill, the group waits so long for the members of before: these are the shortest that
    // a broker allows.
    config.put("session.timeout.ms", "6000");
    config.put("heartbeat.interval.ms", "1500");
    config.put("consumer.session.timeout.ms", "6000");
    config.put("consumer.heartbeat.interval.ms", "1500");
    config.put("scheduled.rebalance.max.delay.ms", "0");
    return config;
  }
}
