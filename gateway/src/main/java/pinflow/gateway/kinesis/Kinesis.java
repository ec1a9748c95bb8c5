package pinflow.gateway.kinesis;

import io.vertx.core.http.HttpMethod;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
  private final NativeDialect nativeDialect;

  /**
   * @param clock of shards, iterators and tokens
   */
  public Kinesis(KinesisConfig config, Log log, Room room, InstantSource clock) {
    StreamTopics topics = new StreamTopics(log, (short) config.replicationFactor());
    this.streams = Streams.open(topics, new StateLog(log.clientConfig()), clock);
    this.reader = new ShardReader(log.clientConfig());
    Resolver resolver = new Resolver(streams, new Arns(config.region()));
    Actions actions =
        new Actions(
            new Shape(streams, resolver, log),
            new Describe(streams, resolver, clock),
            new Put(streams, resolver, log, room, config.hasAwsLimits(), workers),
            new Get(streams, resolver, topics, reader, clock, config.hasAwsLimits()));
    this.nativeDialect = new NativeDialect(actions, workers);
  }

  public void register(Routes routes) {
    routes.add(HttpMethod.POST, "/", nativeDialect::serve);
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
    streams.close();
    reader.close();
    workers.shutdown();
  }
}
