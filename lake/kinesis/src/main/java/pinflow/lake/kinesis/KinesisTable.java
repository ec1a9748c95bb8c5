package pinflow.lake.kinesis;

import java.util.Set;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.read.streaming.MicroBatchStream;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** A stream as a table that can be read in micro-batches only. */
record KinesisTable(SourceOptions options) implements SupportsRead {
  @Override
  public String name() {
    return "kinesis(" + options.stream() + ")";
  }

  @Override
  @SuppressWarnings("deprecation") // Spark asks for it or for columns(), which is made from it.
  public StructType schema() {
    return KinesisSource.SCHEMA;
  }

  @Override
  public Set<TableCapability> capabilities() {
    return Set.of(TableCapability.MICRO_BATCH_READ);
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap same) {
    return () -> new StreamScan(options);
  }

  private record StreamScan(SourceOptions options) implements Scan {
    @Override
    public StructType readSchema() {
      return KinesisSource.SCHEMA;
    }

    @Override
    public String description() {
      return "kinesis(" + options.stream() + ")";
    }

    @Override
    public MicroBatchStream toMicroBatchStream(String checkpoint) {
      return new KinesisMicroBatchStream(options, checkpoint);
    }
  }
}
