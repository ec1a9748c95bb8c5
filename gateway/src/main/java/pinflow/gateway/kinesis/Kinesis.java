package pinflow.gateway.kinesis;

import io.vertx.core.http.HttpMethod;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import pinflow.gateway.Routes;
import pinflow.gateway.log.Log;
import pinflow.gateway.log.Room;

/** The Kinesis API: its two dialects over one model of streams. */
public final class Kinesis implements AutoCloseable {
  private final ExecutorService workers =
      Executors.newFixedThreadPool(
          Math.max(2, Runtime.getRuntime().availableProcessors()),
          task -> new Thread(task, "gateway-kinesis"));
  private final Streams streams;
  private final ShardReader reader;
  private final Subscriptions subscriptions;
  private final NativeDialect nativeDialect;
  private final RestDialect restDialect;

  /**
   * @param clock of shards, iterators, tokens and signatures
   */
  public Kinesis(KinesisConfig config, Log log, Room room, InstantSource clock) {
    boolean limited = config.hasAwsLimits();
    StreamTopics topics = new StreamTopics(log, (short) config.replicationFactor());
    streams = Streams.open(topics, new StateLog(log.clientConfig()), clock);
    reader = new ShardReader(log.clientConfig());
    Resolver resolver = new Resolver(streams, new Arns(config.region()));
    Shape shape = new Shape(streams, resolver, topics);
    Describe describe = new Describe(streams, resolver, clock);
    Put put = new Put(streams, resolver, log, room, limited, workers);
    Get get = new Get(streams, resolver, topics, reader, clock, limited);
    subscriptions = new Subscriptions(streams, resolver.arns(), get, clock);
    Door door = new Door(workers, signatures(config, clock));
    nativeDialect =
        new NativeDialect(
            door,
            new Actions(
                shape,
                describe,
                put,
                get,
                new Attributes(streams, resolver),
                new Tagging(streams, resolver),
                new Consumers(streams, resolver, clock),
                subscriptions));
    restDialect = new RestDialect(door, shape, describe, put, get);
  }

  private static @Nullable Signatures signatures(KinesisConfig config, InstantSource clock) {
    return config.accessKey() == null || config.secretKey() == null
        ? null
        : new Signatures(config.region(), config.accessKey(), config.secretKey(), clock);
  }

  public void register(Routes routes) {
    routes.add(HttpMethod.POST, "/", nativeDialect::serve);
    restDialect.register(routes);
  }

  /** Empty when the streams are known; else why not. */
  public Optional<String> notReady() {
    return streams.notReady();
  }

  /** Whether there is a stream of this name; no while the streams are not known. */
  public boolean has(String stream) {
    return notReady().isEmpty() && streams.all().containsKey(stream);
  }

  @Override
  public void close() {
    subscriptions.close();
    streams.close();
    reader.close();
    workers.shutdown();
  }
}
