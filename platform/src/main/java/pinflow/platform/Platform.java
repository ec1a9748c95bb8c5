package pinflow.platform;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The parts that the pipeline stands on: the configuration says of each whether it exists elsewhere
 * or is started here, and after the start each is but an address.
 */
public final class Platform implements AutoCloseable {
  /** Bytes that must be free for the parts to start. */
  public static final long LEAST_SPACE = FolderLock.LEAST_SPACE;

  private final Deque<CompletableFuture<? extends AutoCloseable>> starts = new ArrayDeque<>();
  private final Parts parts;
  private final Folders folders;
  private final BiConsumer<String, Double> told;

  private String kafka = "";
  private @Nullable URI store;
  private @Nullable String jdbcUrl;
  private @Nullable String controlUrl;

  /** What the configuration says of the parts. */
  public record Parts(
      DatabaseConfig source, KafkaConfig kafka, ConnectConfig connect, StoreConfig store) {}

  /**
   * Where embedded parts keep their data.
   *
   * @param state holds a folder per part
   * @param plugins the folder of Connect plugins
   * @param secrets the only folder that a connector's properties may read secrets from
   */
  public record Folders(Path state, Path plugins, Path secrets) {}

  /**
   * The user names and keys that embedded parts are started with.
   *
   * @param control a schema in the embedded database for the rows of runs, which is started for it
   *     if need be; null for none
   */
  public record Keys(
      DatabaseAccount source,
      @Nullable DatabaseAccount control,
      String accessKey,
      String secretKey) {}

  private Platform(Parts parts, Folders folders, BiConsumer<String, Double> told) {
    this.parts = parts;
    this.folders = folders;
    this.told = told;
  }

  /**
   * Starts what is to be embedded: the database, the broker and the store side by side.
   *
   * @param told the name of each part that has started, and the seconds it took
   * @param gaveUp told why when a part gives up later, on a full disk for one: all are to be closed
   *     then, and may be started again; null to have the JVM ended in good order
   * @throws PlatformException when one cannot start; the others are then ended again
   */
  public static Platform start(
      Parts parts,
      Folders folders,
      Keys keys,
      BiConsumer<String, Double> told,
      @Nullable Consumer<String> gaveUp) {
    KafkaExit.tell(gaveUp);
    Platform platform = new Platform(parts, folders, told);
    try {
      boolean hasSource = parts.source.creds() == null && isEmbedded(parts.source.url());
      List<DatabaseAccount> accounts =
          Stream.concat(
                  hasSource ? Stream.of(keys.source) : Stream.of(), Stream.ofNullable(keys.control))
              .toList();
      var database =
          accounts.isEmpty()
              ? null
              : platform.starting(
                  "database",
                  () ->
                      Database.start(
                          folders.state.resolve("database"), parts.source.port(), accounts));
      var broker =
          isEmbedded(parts.kafka.bootstrap())
              ? platform.starting(
                  "kafka", () -> Broker.start(folders.state.resolve("kafka"), parts.kafka.port()))
              : null;
      var objects =
          isEmbedded(parts.store.endpoint())
              ? platform.starting(
                  "s3",
                  () ->
                      ObjectStore.start(
                          folders.state.resolve("s3"),
                          parts.store.port(),
                          keys.accessKey,
                          keys.secretKey))
              : null;
      platform.kafka = broker == null ? parts.kafka.bootstrap() : join(broker).bootstrap();
      platform.store =
          objects == null ? endpoint(parts.store.endpoint()) : join(objects).endpoint();
      platform.jdbcUrl =
          hasSource ? join(Objects.requireNonNull(database)).jdbcUrl(keys.source) : null;
      platform.controlUrl =
          keys.control == null
              ? null
              : join(Objects.requireNonNull(database)).jdbcUrl(keys.control);
      return platform;
    } catch (RuntimeException e) {
      platform.close();
      throw e;
    }
  }

  /**
   * The Connect worker, started here if it is to be embedded.
   *
   * @return the URL of its REST API
   */
  public URI startConnect() {
    String url = parts.connect.url();
    if (!isEmbedded(url)) {
      return URI.create(url);
    }
    return join(starting(
            "connect",
            () ->
                ConnectWorker.start(kafka, parts.connect.port(), folders.plugins, folders.secrets)))
        .url();
  }

  /** {@code host:port,…} of the broker. */
  public String kafka() {
    return kafka;
  }

  /** The endpoint of the object store; null for AWS's own. */
  public @Nullable URI store() {
    return store;
  }

  /** The embedded source database; null when the configuration names another. */
  public @Nullable String jdbcUrl() {
    return jdbcUrl;
  }

  /** The schema for the rows of runs; null when none was asked for. */
  public @Nullable String controlUrl() {
    return controlUrl;
  }

  /** Whether the store is started here, with keys of our making. */
  public static boolean isEmbedded(String address) {
    return address.equals(Check.EMBEDDED);
  }

  private static @Nullable URI endpoint(String endpoint) {
    return endpoint.equals("aws") ? null : URI.create(endpoint);
  }

  private <T extends AutoCloseable> CompletableFuture<T> starting(String name, Supplier<T> start) {
    CompletableFuture<T> part =
        CompletableFuture.supplyAsync(
            () -> {
              long began = System.nanoTime();
              T started = start.get();
              told.accept(name, (System.nanoTime() - began) / 1e9);
              return started;
            },
            task -> new Thread(task, "start-" + name).start());
    starts.push(part);
    return part;
  }

  private static <T> T join(CompletableFuture<T> part) {
    try {
      return part.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /**
   * Ends the parts that were started here, the last one first; one still starting is waited for.
   */
  @Override
  public void close() {
    while (!starts.isEmpty()) {
      starts.pop().thenAccept(Platform::end).exceptionally(neverStarted -> null).join();
    }
  }

  private static void end(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      LoggerFactory.getLogger(Platform.class).warn("Ending {} failed", part, e);
    }
  }
}
