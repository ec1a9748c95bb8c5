package pinflow.lake.kinesis;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.Record;

/** Makes rows of {@link KinesisSource#SCHEMA} of a shard's records. */
final class RecordRows {
  private final UTF8String stream;
  private final UTF8String shard;

  RecordRows(String stream, String shard) {
    this.stream = UTF8String.fromString(stream);
    this.shard = UTF8String.fromString(shard);
  }

  InternalRow row(Record record) {
    return new GenericInternalRow(
        new @Nullable Object[] {
          UTF8String.fromString(record.partitionKey()),
          record.data().asByteArrayUnsafe(),
          stream,
          shard,
          UTF8String.fromString(record.sequenceNumber()),
          micros(record.approximateArrivalTimestamp())
        });
  }

  private static @Nullable Long micros(@Nullable Instant time) {
    return time == null ? null : (Long) ChronoUnit.MICROS.between(Instant.EPOCH, time);
  }
}
