package pinflow.lake.kinesis;

import java.util.Iterator;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.Record;

/** A range's records as rows. */
final class RangeReader implements PartitionReader<InternalRow> {
  private final RecordRows rows;
  private final Iterator<Record> records;
  private @Nullable Record current;

  RangeReader(RecordRows rows, Iterator<Record> records) {
    this.rows = rows;
    this.records = records;
  }

  @Override
  public boolean next() {
    current = records.hasNext() ? records.next() : null;
    return current != null;
  }

  @Override
  public InternalRow get() {
    return rows.row(java.util.Objects.requireNonNull(current));
  }

  @Override
  public void close() {
    current = null;
  }
}
