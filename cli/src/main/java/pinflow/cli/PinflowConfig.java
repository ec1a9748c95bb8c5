package pinflow.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import pinflow.control.jobs.Job;
import pinflow.control.jobs.Jobs;
import pinflow.gateway.GatewayConfig;
import pinflow.gateway.kinesis.KinesisConfig;
import pinflow.platform.ConnectConfig;
import pinflow.platform.DatabaseConfig;
import pinflow.platform.KafkaConfig;
import pinflow.platform.Secret;
import pinflow.platform.StoreConfig;
import pinflow.source.emulate.Signing;

/**
 * {@code pinflow.yaml}, read and checked. What its keys mean stands in {@code defaults.yaml}.
 *
 * @param jobs those that pinflow.yaml names, over the built-in ones
 * @param gateway as {@link pinflow.gateway.GatewayConfig} takes it, but for the broker's address
 */
record PinflowConfig(
    String id,
    DatabaseConfig source,
    ObjectNode gateway,
    KinesisSection kinesis,
    KafkaConfig kafka,
    ConnectConfig connect,
    StoreConfig store,
    SinkConfig sink,
    LakeConfig lake,
    List<Expectation> expectations,
    ControlSection control,
    List<Job> jobs) {

  /** The source tables, by the last part of their topic's name. */
  static final List<String> TABLES = List.of("pin", "geo", "user");

  PinflowConfig {
    if (!id.matches("[a-z0-9-]{1,40}")) {
      throw new IllegalArgumentException(
          "id is \"%s\"; it names a bucket too, so it has 1 to 40 of a-z, 0-9 and -".formatted(id));
    }
    if (expectations.stream().anyMatch(Objects::isNull)) {
      throw new IllegalArgumentException("expectations has an entry without keys; take it out");
    }
    expectations = List.copyOf(expectations);
    if (jobs.stream().anyMatch(Objects::isNull)) {
      throw new IllegalArgumentException("jobs has an entry without keys; take it out");
    }
    jobs = List.copyOf(jobs);
    jobs.forEach(PinflowConfig::requireKnownParameters);
    new Jobs(jobs, control.notebooks()); // refuses what does not go together
  }

  /** The Kinesis API, as {@link KinesisConfig} takes it, with its secrets by reference. */
  record KinesisSection(
      String region, String limits, @Nullable Secret accessKey, @Nullable Secret secretKey) {
    KinesisSection {
      // Refuses what is wrong when the file is read, before any secret is looked up.
      new KinesisConfig(
          region,
          limits,
          accessKey == null ? null : accessKey.reference(),
          secretKey == null ? null : secretKey.reference(),
          1);
    }
  }

  /** When the sink closes an object. */
  record SinkConfig(int flushRecords, long flushBytes, Duration rotate, String compression) {
    SinkConfig {
      require(flushRecords >= 1, "sink.flush-records is %d; it must be 1 or more", flushRecords);
      require(
          flushBytes >= 1_024 && flushBytes <= 256 << 20,
          "sink.flush-bytes is %d; it must be 1024 (1 KiB) to 268435456 (256 MiB)",
          flushBytes);
      require(rotate.toMillis() >= 100, "sink.rotate is %s; it must be 100ms or more", rotate);
      require(
          List.of("none", "gzip").contains(compression),
          "sink.compression is %s; it must be none or gzip",
          compression);
    }
  }

  /** Where the tables are. */
  record LakeConfig(String location) {
    LakeConfig {
      require(
          location.equals("embedded") || location.matches("(file:///|s3a://)[!-~]+"),
          "lake.location is %s; it must be embedded, file:///path or s3a://bucket/prefix, a space in it written %%20",
          location);
    }
  }

  private static void requireKnownParameters(Job job) {
    for (String parameter : job.parameters().keySet()) {
      require(
          job.kind().takes(parameter),
          "jobs.parameters has %s; job "
              + job.name()
              + " of kind "
              + job.kind().text()
              + " has none such",
          parameter);
    }
  }

  /** The same with objects closed after a second, for who waits for them. */
  PinflowConfig withQuickSink() {
    SinkConfig quick =
        new SinkConfig(
            sink.flushRecords(), sink.flushBytes(), Duration.ofSeconds(1), sink.compression());
    return new PinflowConfig(
        id,
        source,
        gateway,
        kinesis,
        kafka,
        connect,
        store,
        quick,
        lake,
        expectations,
        control,
        jobs);
  }

  /** The same with every part embedded, whatever else is configured. */
  PinflowConfig embedded() {
    PinflowConfig own = ConfigFile.defaults();
    return new PinflowConfig(
        id,
        own.source,
        gateway,
        kinesis,
        own.kafka,
        own.connect,
        own.store,
        sink,
        own.lake,
        expectations,
        own.control,
        jobs);
  }

  /** The gateway's settings, with the address of the broker that it writes to. */
  GatewayConfig gateway(String bootstrap) {
    ObjectNode section = gateway.deepCopy();
    section.put("bootstrap", bootstrap);
    return ConfigFile.MAPPER.convertValue(section, GatewayConfig.class);
  }

  /** The settings of the Kinesis API, with its secrets. */
  KinesisConfig kinesisDoor() {
    return new KinesisConfig(
        kinesis.region(),
        kinesis.limits(),
        kinesis.accessKey() == null ? null : kinesis.accessKey().reveal(),
        kinesis.secretKey() == null ? null : kinesis.secretKey().reveal(),
        kafka.replicationFactor());
  }

  /** How requests to streams are signed; null if any signature is taken. */
  @Nullable Signing signing() {
    KinesisConfig door = kinesisDoor();
    return door.accessKey() == null || door.secretKey() == null
        ? null
        : new Signing(door.region(), door.accessKey(), door.secretKey());
  }

  /** The same with every embedded part on a free port. */
  PinflowConfig onFreePorts() {
    return onPorts(part -> 0);
  }

  /**
   * The same with embedded parts on these ports.
   *
   * @param port by the name that the part has among {@link Running#addresses}
   */
  PinflowConfig onPorts(ToIntFunction<String> port) {
    ObjectNode door = gateway.deepCopy();
    door.put("port", port.applyAsInt("gateway"));
    return new PinflowConfig(
        id,
        new DatabaseConfig(
            source.url(),
            source.creds(),
            port.applyAsInt("database"),
            source.user(),
            source.password()),
        door,
        kinesis,
        new KafkaConfig(
            kafka.bootstrap(),
            port.applyAsInt("kafka"),
            kafka.partitions(),
            kafka.replicationFactor(),
            kafka.reserveBytes()),
        new ConnectConfig(connect.url(), port.applyAsInt("connect")),
        new StoreConfig(
            store.endpoint(),
            port.applyAsInt("s3"),
            store.region(),
            store.bucket(),
            store.accessKey(),
            store.secretKey()),
        sink,
        lake,
        expectations,
        control.onPort(port.applyAsInt("control")),
        jobs);
  }

  List<String> topics() {
    return topics(id);
  }

  static List<String> topics(String id) {
    return TABLES.stream().map(table -> id + "." + table).toList();
  }

  /** The streams that the live way reads. */
  List<String> streams() {
    return TABLES.stream().map(table -> "streaming-" + id + "-" + table).toList();
  }

  String bucket() {
    String bucket = store.bucket();
    return bucket == null ? "user-" + id + "-bucket" : bucket;
  }

  /** The sink's properties, all but the store's address and keys. */
  Map<String, String> sinkProperties() {
    return Map.of(
        "connector.class",
        "pinflow.sink.S3SinkConnector",
        "tasks.max",
        "3",
        "topics.regex",
        id.replace(".", "\\.") + "\\..*",
        "flush.size",
        Integer.toString(sink.flushRecords()),
        "flush.bytes",
        Long.toString(sink.flushBytes()),
        "rotate.interval.ms",
        Long.toString(sink.rotate().toMillis()),
        "s3.compression.type",
        sink.compression(),
        "key.converter",
        "org.apache.kafka.connect.converters.ByteArrayConverter",
        "value.converter",
        "org.apache.kafka.connect.converters.ByteArrayConverter");
  }

  private static void require(boolean holds, String message, Object value) {
    if (!holds) {
      throw new IllegalArgumentException(message.formatted(value));
    }
  }
}
