package pinflow.cli;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pinflow.audit.StoredObjects.Store;
import pinflow.platform.Platform;
import pinflow.platform.Secret;
import pinflow.source.Credentials;
import pinflow.source.SourceDatabase;

/**
 * From the configuration, or from the running Pinflow for what is embedded, to the parts'
 * addresses.
 */
final class Connections {
  private Connections() {}

  /** The source database, open. */
  static SourceDatabase database(PinflowConfig config, StateFolder state) {
    var source = config.source();
    if (source.creds() != null) {
      return SourceDatabase.open(Credentials.read(Path.of(source.creds())));
    }
    if (!Platform.isEmbedded(source.url())) {
      return SourceDatabase.open(
          Credentials.of(source.url(), nullToEmpty(source.user()), reveal(source.password())));
    }
    Running running = running(state, "The source database is embedded");
    Map<String, String> login = running.credentials().getOrDefault("database", Map.of());
    return SourceDatabase.open(
        Credentials.of(
            required(running, "database"),
            login.getOrDefault("user", ""),
            login.getOrDefault("password", "")));
  }

  /** The broker's address. */
  static String kafka(PinflowConfig config, StateFolder state) {
    String bootstrap = config.kafka().bootstrap();
    return Platform.isEmbedded(bootstrap)
        ? required(running(state, "Kafka is embedded"), "kafka")
        : bootstrap;
  }

  /** The object store; null when it is embedded and nothing runs. */
  static @Nullable Store store(PinflowConfig config, StateFolder state) {
    var store = config.store();
    if (!Platform.isEmbedded(store.endpoint())) {
      return store(
          config,
          store.endpoint().equals("aws") ? null : URI.create(store.endpoint()),
          store.accessKey() == null ? null : reveal(store.accessKey()),
          store.secretKey() == null ? null : reveal(store.secretKey()));
    }
    Optional<Running> running = state.isTaken() ? state.running() : Optional.empty();
    return running
        .filter(r -> r.addresses().containsKey("s3"))
        .map(
            r ->
                store(
                    config,
                    URI.create(required(r, "s3")),
                    r.credentials().getOrDefault("s3", Map.of()).get("access_key"),
                    r.credentials().getOrDefault("s3", Map.of()).get("secret_key")))
        .orElse(null);
  }

  /**
   * The object store.
   *
   * @throws NotRunningException when it is embedded and not running yet
   */
  static Store runningStore(PinflowConfig config, StateFolder state) {
    Store store = store(config, state);
    if (store == null) {
      required(running(state, "The object store is embedded"), "s3");
      throw new NotRunningException(
          "The pinflow in %s is just starting or ending. Try again.".formatted(state.path()));
    }
    return store;
  }

  static Store store(
      PinflowConfig config,
      @Nullable URI endpoint,
      @Nullable String accessKey,
      @Nullable String secretKey) {
    return new Store(
        endpoint, config.store().region(), config.bucket(), accessKey, secretKey, "topics");
  }

  /** The running Pinflow's words about itself. */
  static Running running(StateFolder state, String why) {
    return (state.isTaken() ? state.running() : Optional.<Running>empty())
        .orElseThrow(
            () ->
                new NotRunningException(
                    "%s, and no pinflow runs in %s. Start it with `pinflow up --detach`, or name the folder of a running one with --dir."
                        .formatted(why, state.path())));
  }

  static String required(Running running, String part) {
    String address = running.addresses().get(part);
    if (address == null) {
      throw new NotRunningException(
          "The running pinflow (process %d) is %s and has no address for %s yet. Wait until `pinflow status` says ready."
              .formatted(running.pid(), running.state(), part));
    }
    return address;
  }

  private static String reveal(@Nullable Secret secret) {
    return secret == null ? "" : secret.reveal();
  }

  private static String nullToEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
