package pinflow.gateway.kinesis;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;

import io.vertx.core.http.HttpMethod;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import pinflow.gateway.Exchange;
import pinflow.gateway.Routes;

/**
 * The paths that an API Gateway in front of Kinesis has, as AWS's tutorial builds one, with its
 * mapping of bodies: {@code Data} is any JSON value, and the record is its text.
 */
final class RestDialect {
  private static final int DEFAULT_SHARDS = 5;

  private final Door door;
  private final Shape shape;
  private final Describe describe;
  private final Put put;
  private final Get get;

  RestDialect(Door door, Shape shape, Describe describe, Put put, Get get) {
    this.door = door;
    this.shape = shape;
    this.describe = describe;
    this.put = put;
    this.get = get;
  }

  void register(Routes routes) {
    add(routes, GET, "/streams", (body, call) -> list(call.exchange()));
    String stream = "/streams/{stream}";
    add(routes, GET, stream, (body, call) -> describe(call.exchange()));
    add(routes, POST, stream, (body, call) -> create(body, call.exchange()));
    add(
        routes,
        DELETE,
        stream,
        (body, call) -> shape.delete(new Requests.DeleteStream(name(call.exchange()), null, null)));
    for (HttpMethod method : new HttpMethod[] {PUT, POST}) {
      add(
          routes,
          method,
          stream + "/record",
          (body, call) -> put.record(RestBody.record(body, name(call.exchange())), call));
      add(
          routes,
          method,
          stream + "/records",
          (body, call) -> put.records(RestBody.records(body, name(call.exchange())), call));
    }
    add(routes, GET, stream + "/sharditerator", (body, call) -> shardIterator(call));
    add(routes, GET, stream + "/records", (body, call) -> records(call));
  }

  private void add(
      Routes routes,
      HttpMethod method,
      String pattern,
      BiFunction<byte[], Call, CompletionStage<?>> handler) {
    routes.add(method, pattern, exchange -> door.serve(exchange, Dialect.REST, handler::apply));
  }

  /** The path names the stream, whatever the body says. */
  private static String name(Exchange exchange) {
    return exchange.path("stream");
  }

  private CompletionStage<?> list(Exchange exchange) {
    return CompletableFuture.completedFuture(
        describe.streams(
            new Requests.ListStreams(
                number(exchange, "Limit"), exchange.query("ExclusiveStartStreamName"), null)));
  }

  private CompletionStage<?> describe(Exchange exchange) {
    return CompletableFuture.completedFuture(
        describe.stream(
            new Requests.DescribeStream(
                name(exchange),
                null,
                number(exchange, "Limit"),
                exchange.query("ExclusiveStartShardId"))));
  }

  private static @Nullable Integer number(Exchange exchange, String parameter) {
    String text = exchange.query(parameter);
    if (text == null) {
      return null;
    }
    try {
      return Integer.valueOf(text);
    } catch (NumberFormatException e) {
      throw KinesisError.SERIALIZATION.because(
          "%s is '%s'. It must be a whole number.".formatted(parameter, text));
    }
  }

  private CompletionStage<?> create(byte[] body, Exchange exchange) {
    return shape.create(
        new Requests.CreateStream(
            name(exchange), RestBody.shardCount(body).orElse(DEFAULT_SHARDS), null, null, null));
  }

  private CompletionStage<?> shardIterator(Call call) {
    String type = call.exchange().query("shard-iterator-type");
    return get.shardIterator(
        new Requests.GetShardIterator(
            name(call.exchange()),
            null,
            call.exchange().query("shard-id"),
            type == null ? Get.Position.TRIM_HORIZON.name() : type,
            call.exchange().query("starting-sequence-number"),
            null),
        call);
  }

  private CompletionStage<?> records(Call call) {
    return get.records(
        new Requests.GetRecords(
            call.exchange().header("Shard-Iterator"), number(call.exchange(), "Limit"), null),
        call);
  }
}
