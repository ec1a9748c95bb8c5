package pinflow.lake.tables;

import io.delta.kernel.Operation;
import io.delta.kernel.Scan;
import io.delta.kernel.Snapshot;
import io.delta.kernel.Table;
import io.delta.kernel.TableManager;
import io.delta.kernel.TransactionCommitResult;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.defaults.internal.data.DefaultColumnarBatch;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.exceptions.ConcurrentTransactionException;
import io.delta.kernel.exceptions.MaxCommitRetryLimitReachedException;
import io.delta.kernel.exceptions.TableAlreadyExistsException;
import io.delta.kernel.exceptions.TableNotFoundException;
import io.delta.kernel.hook.PostCommitHook;
import io.delta.kernel.hook.PostCommitHook.PostCommitHookType;
import io.delta.kernel.internal.InternalScanFileUtils;
import io.delta.kernel.internal.actions.AddFile;
import io.delta.kernel.internal.actions.SingleAction;
import io.delta.kernel.internal.data.ScanStateRow;
import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterable;
import io.delta.kernel.utils.CloseableIterator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delta tables without a job of Spark's, through Delta Kernel: what a table's log says, and rows so
 * few that they are kept in memory. A commit of them takes milliseconds; Spark runs three jobs.
 */
final class DeltaKernel {
  private static final Logger log = LoggerFactory.getLogger(DeltaKernel.class);
  private static final String ENGINE = "pinflow";

  private final Engine engine;

  DeltaKernel(Configuration hadoop) {
    Configuration configuration = new Configuration(hadoop);
    configuration.set("io.delta.kernel.logStore.file.impl", LocalLogStore.class.getName());
    configuration.set("io.delta.kernel.logStore.s3a.impl", S3LogStore.class.getName());
    this.engine = DefaultEngine.create(configuration);
  }

  /** The newest version of the table in a folder, if there is one. */
  Optional<Snapshot> newest(String path) {
    try {
      return Optional.of(TableManager.loadSnapshot(path).build(engine));
    } catch (TableNotFoundException e) {
      return Optional.empty();
    }
  }

  /** The version of an application's last commit; -1 if there is none. */
  long lastCommit(Snapshot snapshot, String application) {
    return snapshot.getLatestTransactionVersion(engine, application).orElse(-1L);
  }

  /** Whether a version has all columns of a schema. */
  boolean hasColumns(Snapshot snapshot, org.apache.spark.sql.types.StructType schema) {
    return snapshot.getSchema().fieldNames().containsAll(List.of(schema.fieldNames()));
  }

  int numberOfFiles(Snapshot snapshot) {
    return files(snapshot.getScanBuilder().build()).size();
  }

  /** All rows of a version, a value for each column of the schema, null where it lacks that. */
  List<Row> rows(Snapshot snapshot, org.apache.spark.sql.types.StructType schema) {
    List<String> there = snapshot.getSchema().fieldNames();
    StructType wanted = new StructType();
    for (String column : schema.fieldNames()) {
      if (there.contains(column)) {
        wanted = wanted.add(snapshot.getSchema().get(column));
      }
    }
    Scan scan = snapshot.getScanBuilder().withReadSchema(wanted).build();
    io.delta.kernel.data.Row state = scan.getScanState(engine);
    StructType physical = ScanStateRow.getPhysicalDataReadSchema(state);
    List<Row> rows = new ArrayList<>();
    for (io.delta.kernel.data.Row file : files(scan)) {
      try (CloseableIterator<FilteredColumnarBatch> batches =
          Scan.transformPhysicalData(
              engine,
              state,
              file,
              engine
                  .getParquetHandler()
                  .readParquetFiles(
                      Utils.singletonCloseableIterator(
                          InternalScanFileUtils.getAddFileStatus(file)),
                      physical,
                      Optional.empty())
                  .map(read -> read.getData()))) {
        while (batches.hasNext()) {
          try (CloseableIterator<io.delta.kernel.data.Row> read = batches.next().getRows()) {
            read.forEachRemaining(row -> rows.add(spark(row, schema)));
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return rows;
  }

  /**
   * Makes rows the only ones of a table or of a new one, or adds them to it.
   *
   * @param before the version that this one follows; nothing to make the table
   * @return the new version
   * @throws ConcurrentModificationException when another process was first
   */
  long commit(
      String path,
      org.apache.spark.sql.types.StructType schema,
      List<Row> rows,
      boolean replaces,
      Optional<Snapshot> before,
      Transaction id) {
    try {
      io.delta.kernel.Transaction transaction =
          before.isPresent()
              ? before
                  .get()
                  .buildUpdateTableTransaction(ENGINE, Operation.WRITE)
                  .withTransactionId(id.application(), id.version())
                  .withMaxRetries(0)
                  .build(engine)
              : Table.forPath(engine, path)
                  .createTransactionBuilder(engine, ENGINE, Operation.CREATE_TABLE)
                  .withSchema(engine, kernel(schema))
                  .withTransactionId(engine, id.application(), id.version())
                  .withMaxRetries(0)
                  .build(engine);
      List<io.delta.kernel.data.Row> actions = new ArrayList<>();
      if (replaces && before.isPresent()) {
        for (io.delta.kernel.data.Row file : files(before.get().getScanBuilder().build())) {
          AddFile old = new AddFile(file.getStruct(InternalScanFileUtils.ADD_FILE_ORDINAL));
          actions.add(
              SingleAction.createRemoveFileSingleAction(
                  old.toRemoveFileRow(true, Optional.empty())));
        }
      }
      if (!rows.isEmpty()) {
        actions.addAll(written(transaction, schema, rows));
      }
      TransactionCommitResult done =
          transaction.commit(
              engine,
              CloseableIterable.inMemoryIterable(Utils.toCloseableIterator(actions.iterator())));
      checkpoint(path, done);
      return done.getVersion();
    } catch (ConcurrentTransactionException
        | TableAlreadyExistsException
        | MaxCommitRetryLimitReachedException e) {
      // Of the last not every store says whether another process was the reason.
      throw new ConcurrentModificationException("Another process was first", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the rows to one file; gives the actions that add it. */
  private List<io.delta.kernel.data.Row> written(
      io.delta.kernel.Transaction transaction,
      org.apache.spark.sql.types.StructType given,
      List<Row> rows)
      throws IOException {
    StructType schema = transaction.getSchema(engine);
    if (!schema.fieldNames().equals(List.of(given.fieldNames()))) {
      throw new IllegalStateException(
          "The table has the columns %s, the rows %s".formatted(schema, given));
    }
    io.delta.kernel.data.Row state = transaction.getTransactionState(engine);
    ColumnVector[] columns = new ColumnVector[schema.length()];
    Arrays.setAll(columns, i -> new Values(schema.at(i).getDataType(), rows, i));
    ColumnarBatch batch = new DefaultColumnarBatch(rows.size(), schema, columns);
    var context = io.delta.kernel.Transaction.getWriteContext(engine, state, Map.of());
    List<io.delta.kernel.data.Row> actions = new ArrayList<>();
    try (var data =
            io.delta.kernel.Transaction.transformLogicalData(
                engine,
                state,
                Utils.singletonCloseableIterator(
                    new FilteredColumnarBatch(batch, Optional.empty())),
                Map.of());
        var files =
            engine
                .getParquetHandler()
                .writeParquetFiles(
                    context.getTargetDirectory(), data, context.getStatisticsColumns());
        var added =
            io.delta.kernel.Transaction.generateAppendActions(engine, state, files, context)) {
      added.forEachRemaining(actions::add);
    }
    return actions;
  }

  /** Every tenth version or so; without one a log is only read more slowly. */
  private void checkpoint(String path, TransactionCommitResult done) {
    for (PostCommitHook hook : done.getPostCommitHooks()) {
      if (hook.getType() == PostCommitHookType.CHECKPOINT) {
        try {
          hook.threadSafeInvoke(engine);
        } catch (IOException | RuntimeException e) {
          log.warn("No checkpoint of {} at version {}", path, done.getVersion(), e);
        }
      }
    }
  }

  private List<io.delta.kernel.data.Row> files(Scan scan) {
    List<io.delta.kernel.data.Row> files = new ArrayList<>();
    try (CloseableIterator<FilteredColumnarBatch> batches = scan.getScanFiles(engine)) {
      while (batches.hasNext()) {
        try (CloseableIterator<io.delta.kernel.data.Row> some = batches.next().getRows()) {
          some.forEachRemaining(files::add);
        }
      }
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static StructType kernel(org.apache.spark.sql.types.StructType schema) {
    StructType kernel = new StructType();
    for (var field : schema.fields()) {
      kernel = kernel.add(field.name(), kernel(field.dataType()));
    }
    return kernel;
  }

  private static io.delta.kernel.types.DataType kernel(DataType type) {
    if (type.equals(DataTypes.LongType)) {
      return io.delta.kernel.types.LongType.LONG;
    } else if (type.equals(DataTypes.IntegerType)) {
      return io.delta.kernel.types.IntegerType.INTEGER;
    } else if (type.equals(DataTypes.DoubleType)) {
      return io.delta.kernel.types.DoubleType.DOUBLE;
    } else if (type.equals(DataTypes.StringType)) {
      return io.delta.kernel.types.StringType.STRING;
    } else if (type.equals(DataTypes.TimestampType)) {
      return io.delta.kernel.types.TimestampType.TIMESTAMP;
    }
    throw new IllegalArgumentException("No small table has a column of type " + type);
  }

  /** A column of rows. */
  private record Values(io.delta.kernel.types.DataType type, List<Row> rows, int column)
      implements ColumnVector {
    @Override
    public io.delta.kernel.types.DataType getDataType() {
      return type;
    }

    @Override
    public int getSize() {
      return rows.size();
    }

    @Override
    public boolean isNullAt(int row) {
      return rows.get(row).isNullAt(column);
    }

    @Override
    public int getInt(int row) {
      return rows.get(row).getInt(column);
    }

    @Override
    public long getLong(int row) {
      Row values = rows.get(row);
      return type instanceof io.delta.kernel.types.TimestampType
          ? ChronoUnit.MICROS.between(Instant.EPOCH, values.getInstant(column))
          : values.getLong(column);
    }

    @Override
    public double getDouble(int row) {
      return rows.get(row).getDouble(column);
    }

    @Override
    public String getString(int row) {
      return rows.get(row).getString(column);
    }

    @Override
    public void close() {}
  }

  private static Row spark(
      io.delta.kernel.data.Row row, org.apache.spark.sql.types.StructType schema) {
    StructType there = row.getSchema();
    @Nullable Object[] values = new @Nullable Object[schema.length()];
    for (int i = 0; i < values.length; i++) {
      int at = there.indexOf(schema.fields()[i].name());
      values[i] = at < 0 || row.isNullAt(at) ? null : value(row, there.at(at).getDataType(), at);
    }
    return RowFactory.create(values);
  }

  private static Object value(
      io.delta.kernel.data.Row row, io.delta.kernel.types.DataType type, int i) {
    if (type instanceof io.delta.kernel.types.LongType) {
      return row.getLong(i);
    } else if (type instanceof io.delta.kernel.types.IntegerType) {
      return row.getInt(i);
    } else if (type instanceof io.delta.kernel.types.StringType) {
      return row.getString(i);
    } else if (type instanceof io.delta.kernel.types.TimestampType) {
      return Instant.EPOCH.plus(row.getLong(i), ChronoUnit.MICROS);
    }
    throw new IllegalArgumentException("No small table that is read has a column of " + type);
  }
}
