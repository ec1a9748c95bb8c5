package pinflow.lake.kinesis;

import java.util.Map;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * The source's entry, which Spark finds by the name {@code kinesis}.
 *
 * <p>One stream a source. Its rows have the columns of Databricks' source: {@code partitionKey
 * STRING, data BINARY, stream STRING, shardId STRING, sequenceNumber STRING,
 * approximateArrivalTimestamp TIMESTAMP}. The options are those of {@link SourceOptions}.
 */
public final class KinesisSource implements TableProvider, DataSourceRegister {
  /** A row's columns. */
  public static final StructType SCHEMA =
      new StructType()
          .add("partitionKey", DataTypes.StringType)
          .add("data", DataTypes.BinaryType)
          .add("stream", DataTypes.StringType)
          .add("shardId", DataTypes.StringType)
          .add("sequenceNumber", DataTypes.StringType)
          .add("approximateArrivalTimestamp", DataTypes.TimestampType);

  /** Called by Spark. */
  public KinesisSource() {}

  @Override
  public String shortName() {
    return "kinesis";
  }

  @Override
  public StructType inferSchema(CaseInsensitiveStringMap options) {
    return SCHEMA;
  }

  /**
   * @throws KinesisSourceException when an option is unknown, missing or wrong
   */
  @Override
  public Table getTable(
      StructType schema, Transform[] partitioning, Map<String, String> properties) {
    return new KinesisTable(SourceOptions.parse(properties));
  }

  /**
   * Asks for the stream that options name, which is waited for while it is being made.
   *
   * @throws KinesisSourceException when an option is unknown, missing or wrong, or the stream is
   *     not there
   */
  public static void check(Map<String, String> options) {
    new StreamClient(SourceOptions.parse(options)).describe();
  }
}
