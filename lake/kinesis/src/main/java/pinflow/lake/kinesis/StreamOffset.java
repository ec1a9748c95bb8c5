package pinflow.lake.kinesis;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.connector.read.streaming.Offset;
import org.jspecify.annotations.Nullable;

/**
 * How far a stream has been read: what Spark's checkpoint keeps.
 *
 * <p>As JSON: {@code {"version":1,"stream":"posts","created":1767225600000,"shards":{
 * "shardId-000000000000":{"at":"after","sequenceNumber":"4959…","until":1767225700000}}}}. A shard
 * that was read to its end stays as long as the stream lists it.
 */
final class StreamOffset extends Offset {
  private static final int VERSION = 1;
  private static final JsonMapper JSON = new JsonMapper();

  private record Content(
      @JsonProperty(required = true) int version,
      @JsonProperty(required = true) String stream,
      @JsonProperty(required = true) long created,
      @JsonProperty(required = true) TreeMap<String, ShardPosition> shards) {}

  private final Content content;

  /**
   * @param created when the stream was, in milliseconds since 1970: tells it from an older one of
   *     the same name
   */
  StreamOffset(String stream, long created, SortedMap<String, ShardPosition> shards) {
    this(new Content(VERSION, stream, created, new TreeMap<>(shards)));
  }

  private StreamOffset(Content content) {
    this.content = content;
  }

  /**
   * @throws KinesisSourceException if it is none, or of another version
   */
  static StreamOffset parse(String json) {
    try {
      JsonNode tree = JSON.readTree(json);
      int version = tree.path("version").asInt();
      if (version != VERSION) {
        throw new KinesisSourceException(
            "The checkpoint's offset has version %s and this source knows %d only: %s. Use the version of the source that wrote it, or a new checkpoint."
                .formatted(tree.path("version"), VERSION, json));
      }
      return new StreamOffset(JSON.treeToValue(tree, Content.class));
    } catch (JsonProcessingException e) {
      throw new KinesisSourceException(
          "The checkpoint's offset is none of this source's: %s. If another source wrote it, use a new checkpoint."
              .formatted(json),
          e);
    }
  }

  @Override
  public String json() {
    try {
      return JSON.writeValueAsString(content);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  String stream() {
    return content.stream();
  }

  long created() {
    return content.created();
  }

  SortedMap<String, ShardPosition> shards() {
    return Collections.unmodifiableSortedMap(content.shards());
  }

  /** Those that are not read to their ends. */
  SortedMap<String, ShardPosition> unended() {
    TreeMap<String, ShardPosition> unended = new TreeMap<>(content.shards());
    unended.values().removeIf(ShardPosition::ended);
    return unended;
  }

  @Nullable ShardPosition position(String shard) {
    return content.shards().get(shard);
  }
}
