package pinflow.lake.kinesis;

import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * Makes the readers of a batch's ranges, which take from the {@link ReadAhead} of this JVM if it
 * has them and from Kinesis if not.
 *
 * @param readAhead its id
 */
record RangeReaders(SourceOptions options, String readAhead) implements PartitionReaderFactory {
  @Override
  public PartitionReader<InternalRow> createReader(InputPartition partition) {
    ShardRange range = (ShardRange) partition;
    List<Record> here = ReadAhead.records(readAhead, range);
    Iterator<Record> records =
        here == null
            ? new RangeIterator(range, options, new StreamClient(options))
            : here.iterator();
    return new RangeReader(new RecordRows(options.stream(), range.shard()), records);
  }
}
