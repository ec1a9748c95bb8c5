package pinflow.lake.tables;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.task.TaskAttemptContextImpl;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.execution.datasources.OutputWriter;
import org.apache.spark.sql.execution.datasources.OutputWriterFactory;
import org.apache.spark.sql.execution.datasources.parquet.ParquetFileFormat;
import org.apache.spark.sql.types.StructType;
import scala.Option;
import scala.collection.immutable.Map$;

/**
 * Writes a data file of a table on the driver, by Spark's own writer but without a job: for a
 * hundred rows the job is most of the time.
 */
final class SmallFile {
  private SmallFile() {}

  /**
   * Writes the rows to a new file, which is no part of the table before it is committed.
   *
   * @param folder the table's
   */
  static AddFile write(
      SparkSession spark, String folder, StructType schema, List<InternalRow> rows) {
    try {
      Job job =
          Job.getInstance(
              ((org.apache.spark.sql.classic.SparkSession) spark).sessionState().newHadoopConf());
      OutputWriterFactory writers =
          new ParquetFileFormat().prepareWrite(spark, job, Map$.MODULE$.empty(), schema);
      return write(writers, job.getConfiguration(), new Path(folder), schema, rows);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static AddFile write(
      OutputWriterFactory writers,
      Configuration settings,
      Path folder,
      StructType schema,
      List<InternalRow> rows)
      throws IOException {
    TaskAttemptContextImpl context = new TaskAttemptContextImpl(settings, new TaskAttemptID());
    String name =
        "part-00000-%s-c000%s".formatted(UUID.randomUUID(), writers.getFileExtension(context));
    Path file = new Path(folder, name);
    OutputWriter writer = writers.newInstance(file.toString(), schema, context);
    try {
      rows.forEach(writer::write);
    } finally {
      writer.close();
    }
    var status = file.getFileSystem(settings).getFileStatus(file);
    return new AddFile(
        name,
        Map$.MODULE$.empty(),
        status.getLen(),
        status.getModificationTime(),
        true,
        statistics(schema, rows),
        null,
        null,
        Option.empty(),
        Option.empty(),
        Option.empty(),
        Option.empty(),
        Option.empty());
  }

  /** Delta's, of the column {@code ind} where there is one; merges need the number of rows. */
  private static String statistics(StructType schema, List<InternalRow> rows) {
    List<String> names = List.of(schema.fieldNames());
    if (!names.contains("ind")) {
      return "{\"numRecords\":%d,\"tightBounds\":true}".formatted(rows.size());
    }
    int ind = schema.fieldIndex("ind");
    List<Long> inds = new ArrayList<>();
    for (InternalRow row : rows) {
      if (!row.isNullAt(ind)) {
        inds.add(row.getLong(ind));
      }
    }
    var range = inds.stream().mapToLong(i -> i).summaryStatistics();
    String bounds =
        inds.isEmpty()
            ? ""
            : "\"minValues\":{\"ind\":%d},\"maxValues\":{\"ind\":%d},"
                .formatted(range.getMin(), range.getMax());
    return "{\"numRecords\":%d,%s\"nullCount\":{\"ind\":%d},\"tightBounds\":true}"
        .formatted(rows.size(), bounds, rows.size() - inds.size());
  }
}
