package pinflow.lake.batch;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import pinflow.lake.tables.LakeException;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Reads the records of an object and holds it against its metadata.
 *
 * <p>Spark's own reader would see no metadata, and ask for an object's status, its bytes and the
 * folder around it one after the other: here it is one request.
 */
record ObjectReader(Store store) implements FlatMapFunction<StoredObject, Row> {
  private static final long serialVersionUID = 1;

  /** What it gives, and what the cleaning takes. */
  static final StructType SCHEMA =
      StructType.fromDDL(
          "raw STRING, _topic STRING, _partition INT, _offset BIGINT, _timestamp TIMESTAMP");

  /**
   * @throws LakeException when the object is torn or not as contracts/objects.md says
   */
  @Override
  public Iterator<Row> call(StoredObject object) {
    ResponseBytes<GetObjectResponse> stored = Bucket.of(store).read(object.key());
    byte[] body = stored.asByteArrayUnsafe();
    Map<String, String> metadata = stored.response().metadata();
    expect(object, "bytes", metadata(object, metadata, "body-length"), (long) body.length);
    expect(object, "SHA-256", metadata.get("body-sha256"), sha256(body));
    long first = Bucket.firstOffset(object.key());
    expect(object, "first offset", metadata(object, metadata, "first-offset"), first);
    long last = metadata(object, metadata, "last-offset");
    List<Row> records = records(object, body, first, last);
    expectNoGap(object, last);
    expect(object, "records", metadata(object, metadata, "record-count"), (long) records.size());
    records.removeIf(record -> !isTaken(object, record.getLong(3)));
    return records.iterator();
  }

  private static boolean isTaken(StoredObject object, long offset) {
    return offset >= object.firstOffset() && offset <= object.lastOffset();
  }

  private static List<Row> records(
      StoredObject object, byte[] body, long firstOffset, long lastOffset) {
    List<Row> records = new ArrayList<>();
    String text = text(object, body);
    long offset = firstOffset - 1;
    for (int start = 0; start < text.length(); ) {
      int end = text.indexOf('\n', start);
      if (end < 0) {
        throw faulty(object, "its last line has no end");
      }
      ObjectLine line = line(object, records.size() + 1, text.substring(start, end));
      if (!line.topic().equals(object.topic())
          || line.partition() != object.partition()
          || line.offset() <= offset) {
        throw faulty(object, "line %d does not belong there".formatted(records.size() + 1));
      }
      offset = line.offset();
      records.add(
          RowFactory.create(
              line.raw(),
              line.topic(),
              line.partition(),
              offset,
              Instant.ofEpochMilli(line.timestamp())));
      start = end + 1;
    }
    expect(object, "offset of the last record", lastOffset, offset);
    return records;
  }

  /** The objects of a partition were taken for a chain by their keys; here it shows. */
  private static void expectNoGap(StoredObject object, long lastOffset) {
    if (lastOffset < object.lastOffset()) {
      throw LakeException.found(
          "After object %s one is missing that begins at offset %d, so this run wrote nothing. Restore it, or delete the objects after it and restart the connector, which writes them again from the log; then run the job again."
              .formatted(object.key(), lastOffset + 1));
    }
  }

  private static ObjectLine line(StoredObject object, int number, String line) {
    try {
      return ObjectLine.parse(line);
    } catch (IllegalArgumentException e) {
      throw faulty(object, "line %d is none of the sink's: %s".formatted(number, e.getMessage()));
    }
  }

  private static String text(StoredObject object, byte[] body) {
    try (InputStream bytes = new ByteArrayInputStream(body);
        InputStream plain = object.key().endsWith(".gz") ? new GZIPInputStream(bytes) : bytes) {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(plain.readAllBytes()))
          .toString();
    } catch (CharacterCodingException e) {
      throw faulty(object, "it is not UTF-8");
    } catch (IOException e) {
      throw faulty(object, "it cannot be unpacked: " + e.getMessage());
    }
  }

  private static long metadata(StoredObject object, Map<String, String> metadata, String name) {
    return Bucket.number(object.key(), metadata, name);
  }

  private static void expect(
      StoredObject object, String what, @Nullable Object expected, Object actual) {
    if (!actual.equals(expected)) {
      throw faulty(object, "%s: expected %s, found %s".formatted(what, expected, actual));
    }
  }

  private static LakeException faulty(StoredObject object, String fault) {
    return LakeException.found(
        "Object %s is not what the sink wrote (%s), so this run wrote nothing. Restore it, or delete it with its partition's objects after it and restart the connector, which writes them again from the log; then run the job again."
            .formatted(object.key(), fault));
  }

  private static String sha256(byte[] body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
