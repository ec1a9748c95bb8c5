package pinflow.cli;

import java.net.URI;
import java.time.Duration;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pinflow.audit.StoredObjects;
import pinflow.audit.StoredObjects.Store;
import pinflow.control.Control;
import pinflow.control.Installation;
import pinflow.gateway.Gateway;
import pinflow.gateway.log.Room;
import pinflow.platform.Connectors;
import pinflow.platform.DatabaseAccount;
import pinflow.platform.Platform;
import pinflow.platform.Topics;

/**
 * Every part of a running Pinflow, started in this order: database, broker and store side by side;
 * the bucket and the topics; the Connect worker with the sink beside the gateway; the live way's
 * Spark when there is a stream; control, whose runs need all of these. Ended the other way round,
 * so that what has been taken in is handed on: control, the live way and the gateway first, the log
 * and the store last.
 */
final class Pipeline implements AutoCloseable {
  /** The connector's name. */
  static final String SINK = "pinflow-sink";

  /** For the gateway's whole window of keys, five million records. */
  private static final Duration KEYS_READ = Duration.ofMinutes(2);

  private static final String SECRETS = "secrets/store.properties";

  /** The source's schema in the embedded database. */
  private static final String SOURCE = "pinterest_data";

  private final Deque<AutoCloseable> parts = new ConcurrentLinkedDeque<>();
  private final PinflowConfig config;
  private final StateFolder state;
  private final Steps steps;
  private final @Nullable ControlPart control;
  private Running running;
  private @Nullable Store store;

  private Pipeline(
      PinflowConfig config, StateFolder state, Steps steps, @Nullable ControlPart control) {
    this.config = config;
    this.state = state;
    this.steps = steps;
    this.control = control;
    this.running =
        new Running(
            "starting",
            ProcessHandle.current().pid(),
            config.id(),
            Map.of(),
            Map.of(),
            control == null || control.file() == null ? null : control.file().toString());
  }

  /**
   * Starts all parts but control; returns when all are ready.
   *
   * @param state taken by this process
   */
  static Pipeline start(PinflowConfig config, StateFolder state, Steps steps) {
    return start(config, state, steps, null, null);
  }

  /**
   * As the one above.
   *
   * @param control started last, if it is given
   * @param gaveUp told why when a part gives up later: this is to be closed then, and may be
   *     started again; null to have the JVM ended
   */
  static Pipeline start(
      PinflowConfig config,
      StateFolder state,
      Steps steps,
      @Nullable ControlPart control,
      @Nullable Consumer<String> gaveUp) {
    Pipeline pipeline = new Pipeline(config, state, steps, control);
    try {
      state.write(pipeline.running);
      pipeline.startParts(gaveUp);
      pipeline.running = pipeline.running.withState("ready");
      state.write(pipeline.running);
      return pipeline;
    } catch (RuntimeException e) {
      pipeline.close();
      throw e;
    }
  }

  private void startParts(@Nullable Consumer<String> gaveUp) {
    state.writeVersion();
    StateFolder.EmbeddedCredentials keys = state.credentials();
    Platform platform =
        Platform.start(
            new Platform.Parts(config.source(), config.kafka(), config.connect(), config.store()),
            new Platform.Folders(
                state.path(), Installation.current().plugins(), state.resolve("secrets")),
            new Platform.Keys(
                new DatabaseAccount(keys.databaseUser(), keys.databasePassword(), SOURCE),
                control == null ? null : control.account(),
                keys.accessKey(),
                keys.secretKey()),
            steps::done,
            gaveUp);
    parts.push(platform);
    Store objects = storeOf(platform, keys);
    store = objects;
    try (StoredObjects bucket = new StoredObjects(objects)) {
      bucket.createBucket();
    }
    Topics.create(platform.kafka(), config.topics(), config.kafka());
    var connect = CompletableFuture.supplyAsync(() -> startSink(platform, objects));
    Gateway gateway =
        steps.time(
            "gateway",
            () -> Gateway.start(config.gateway(platform.kafka()), config.kinesisDoor(), room()));
    parts.push(gateway);
    URI worker = join(connect);
    Wait.until(
        "the gateway to read the idempotency keys in the log",
        KEYS_READ,
        () -> gateway.notReady().join().isEmpty());
    running = describe(platform, gateway, worker, objects, keys);
    parts.push(
        Places.of(config, state, objects)
            .live(
                state,
                gateway.url(),
                config.kinesisDoor(),
                () -> config.streams().stream().anyMatch(gateway::hasStream),
                state::write));
    startControl(platform);
  }

  private void startControl(Platform platform) {
    ControlPart part = control;
    if (part == null) {
      return;
    }
    // Runs that it takes up look there for the other parts.
    state.write(running);
    Control started = steps.time("control", () -> part.start(platform.controlUrl()));
    parts.push(started);
    running =
        running.with(
            ControlClient.PART,
            started.url().toString(),
            Map.of(ControlClient.TOKEN, part.token()));
  }

  private Room room() {
    return Platform.isEmbedded(config.kafka().bootstrap())
        ? new Room(state::freeBytes, config.kafka().reserveBytes())
        : Room.ENDLESS;
  }

  private static URI join(CompletableFuture<URI> worker) {
    try {
      return worker.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private Store storeOf(Platform platform, StateFolder.EmbeddedCredentials keys) {
    if (Platform.isEmbedded(config.store().endpoint())) {
      return Connections.store(config, platform.store(), keys.accessKey(), keys.secretKey());
    }
    Store configured = Connections.store(config, state);
    return java.util.Objects.requireNonNull(configured);
  }

  private URI startSink(Platform platform, Store objects) {
    URI worker = platform.startConnect();
    Map<String, String> properties = new LinkedHashMap<>(config.sinkProperties());
    properties.put("s3.region", objects.region());
    properties.put("s3.bucket.name", objects.bucket());
    if (objects.endpoint() != null) {
      properties.put("store.url", objects.endpoint().toString());
    }
    if (objects.accessKey() != null) {
      // By reference: a connector's properties are kept in a topic and shown by the REST API.
      state.writePrivately(
          SECRETS,
          "access-key=%s%nsecret-key=%s%n".formatted(objects.accessKey(), objects.secretKey()));
      String file = state.resolve(SECRETS).toString();
      properties.put("aws.access.key.id", "${file:" + file + ":access-key}");
      properties.put("aws.secret.access.key", "${file:" + file + ":secret-key}");
    }
    steps.time("sink", () -> parts.push(Connectors.run(worker, SINK, properties)));
    return worker;
  }

  private Running describe(
      Platform platform,
      Gateway gateway,
      URI connect,
      Store objects,
      StateFolder.EmbeddedCredentials keys) {
    Map<String, String> addresses = new LinkedHashMap<>();
    addresses.put("gateway", gateway.url().toString());
    addresses.put("kafka", platform.kafka());
    addresses.put("s3", objects.endpoint() == null ? "aws" : objects.endpoint().toString());
    addresses.put("connect", connect.toString());
    Map<String, Map<String, String>> credentials = new LinkedHashMap<>();
    if (platform.jdbcUrl() != null) {
      addresses.put("database", platform.jdbcUrl());
      credentials.put(
          "database", Map.of("user", keys.databaseUser(), "password", keys.databasePassword()));
    }
    Map<String, String> s3 = new LinkedHashMap<>();
    s3.put("bucket", objects.bucket());
    s3.put("region", objects.region());
    if (Platform.isEmbedded(config.store().endpoint())) {
      s3.put("access_key", keys.accessKey());
      s3.put("secret_key", keys.secretKey());
    }
    credentials.put("s3", s3);
    return new Running(
        running.state(), running.pid(), config.id(), addresses, credentials, running.config());
  }

  Running running() {
    return running;
  }

  Store store() {
    return java.util.Objects.requireNonNull(store);
  }

  @Override
  public void close() {
    parts.push(() -> state.write(running.withState("stopping")));
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        org.slf4j.LoggerFactory.getLogger(Pipeline.class).warn("A part did not end well", e);
      }
    }
    state.removeRunning();
  }
}
