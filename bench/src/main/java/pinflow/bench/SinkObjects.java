package pinflow.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.jspecify.annotations.Nullable;
import pinflow.audit.StoredObjects;
import pinflow.source.SourceTable;
import pinflow.source.generate.Post;
import pinflow.source.generate.PostGenerator;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Made posts in a bucket, as emulator, gateway and sink would have brought them there with
 * Pinflow's own settings (contracts/objects.md), in seconds: three partitions a topic, by the key
 * that the emulator gives.
 */
final class SinkObjects implements AutoCloseable {
  static final int PARTITIONS = 3;

  private static final int FLUSH_RECORDS = 10_000;
  private static final int FLUSH_BYTES = 16 << 20;
  private static final long FIRST_TIME = 1_767_225_600_000L;
  private static final long EVENTS_PER_MS = 10;
  private static final JsonFactory JSON = new JsonFactory();
  private static final DateTimeFormatter DATETIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

  private final S3Client s3;
  private final StoredObjects.Store store;
  private final Iterator<Post> posts;
  private final List<List<Partition>> partitions = new ArrayList<>();
  private @Nullable Post next;
  private long events;

  /**
   * @param id of which the topics are {@code <id>.pin}, {@code <id>.geo} and {@code <id>.user}
   * @param posts as many as will be asked for
   */
  SinkObjects(StoredObjects.Store store, String id, int posts) {
    this.store = store;
    this.posts = PostGenerator.generate(posts, 1).iterator();
    this.s3 =
        S3Client.builder()
            .endpointOverride(store.endpoint())
            .region(Region.of(store.region()))
            .forcePathStyle(true)
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(store.accessKey(), store.secretKey())))
            .build();
    for (SourceTable table : SourceTable.values()) {
      List<Partition> of = new ArrayList<>();
      for (int partition = 0; partition < PARTITIONS; partition++) {
        of.add(new Partition(id + "." + table.suffix(), partition));
      }
      partitions.add(of);
    }
  }

  /**
   * Lands all posts below an ind that are not yet there.
   *
   * @return the events that all objects hold by now
   */
  long landUpTo(long ind) throws IOException {
    while (next != null || posts.hasNext()) {
      Post post = next == null ? posts.next() : next;
      next = null;
      if (post.ind() >= ind) {
        next = post;
        break;
      }
      for (SourceTable table : SourceTable.values()) {
        List<@Nullable Object> row = post.values(table);
        if (row != null) {
          byte[] key = Long.toString(post.ind()).getBytes(StandardCharsets.UTF_8);
          int partition = BuiltInPartitioner.partitionForKey(key, PARTITIONS);
          partitions.get(table.ordinal()).get(partition).add(table, row, time());
          events++;
        }
      }
    }
    for (List<Partition> of : partitions) {
      of.forEach(Partition::flush);
    }
    return events;
  }

  private long time() {
    return FIRST_TIME + events / EVENTS_PER_MS;
  }

  private final class Partition {
    private final String topic;
    private final int number;
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
    private long first;
    private long offset;

    Partition(String topic, int number) {
      this.topic = topic;
      this.number = number;
    }

    void add(SourceTable table, List<@Nullable Object> row, long time) throws IOException {
      if (offset - first == FLUSH_RECORDS || lines.size() >= FLUSH_BYTES) {
        flush();
      }
      try (JsonGenerator json = JSON.createGenerator(lines)) {
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        json.writeStartObject();
        json.writeStringField("_topic", topic);
        json.writeNumberField("_partition", number);
        json.writeNumberField("_offset", offset++);
        json.writeNumberField("_timestamp", time);
        for (int i = 0; i < row.size(); i++) {
          json.writeFieldName(table.columns().get(i).name());
          write(json, row.get(i));
        }
        json.writeEndObject();
        json.writeRaw('\n');
      }
    }

    void flush() {
      if (offset == first) {
        return;
      }
      byte[] body = lines.toByteArray();
      String key =
          "%s/%s/partition=%d/%s+%d+%010d.json"
              .formatted(store.prefix(), topic, number, topic, number, first);
      Map<String, String> metadata =
          Map.of(
              "first-offset", Long.toString(first),
              "last-offset", Long.toString(offset - 1),
              "record-count", Long.toString(offset - first),
              "body-length", Integer.toString(body.length),
              "body-sha256", sha256(body));
      s3.putObject(
          put -> put.bucket(store.bucket()).key(key).metadata(metadata),
          RequestBody.fromBytes(body));
      lines.reset();
      first = offset;
    }
  }

  /** As the emulator writes a row's values. */
  private static void write(JsonGenerator json, @Nullable Object value) throws IOException {
    if (value == null) {
      json.writeNull();
    } else if (value instanceof Long number) {
      json.writeNumber(number);
    } else if (value instanceof Double number) {
      json.writeNumber(number);
    } else if (value instanceof LocalDateTime time) {
      json.writeString(DATETIME.format(time));
    } else {
      json.writeString((String) value);
    }
  }

  private static String sha256(byte[] body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    s3.close();
  }
}
