package pinflow.audit;

import io.delta.kernel.Scan;
import io.delta.kernel.Snapshot;
import io.delta.kernel.data.ArrayValue;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.exceptions.KernelEngineException;
import io.delta.kernel.exceptions.KernelException;
import io.delta.kernel.internal.InternalScanFileUtils;
import io.delta.kernel.internal.data.ScanStateRow;
import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.BinaryType;
import io.delta.kernel.types.BooleanType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DoubleType;
import io.delta.kernel.types.IntegerType;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.StructType;
import io.delta.kernel.types.TimestampType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One version of one Delta table. */
public final class LakeTable {
  private final Engine engine;
  private final Snapshot snapshot;

  LakeTable(Engine engine, Snapshot snapshot) {
    this.engine = engine;
    this.snapshot = snapshot;
  }

  public long version() {
    return snapshot.getVersion();
  }

  /** The version of an application's last transaction, such as the number of a batch; -1 before. */
  long lastTransaction(String application) {
    return snapshot.getLatestTransactionVersion(engine, application).orElse(-1L);
  }

  /** The columns' names, in the table's order. */
  public List<String> columns() {
    return snapshot.getSchema().fieldNames();
  }

  /**
   * All rows, in the order in which the files hold them. For small tables: they are kept in memory.
   */
  public List<List<@Nullable Object>> rows() {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    forEach(columns(), row -> rows.add(new ArrayList<>(Arrays.asList(row))));
    return rows;
  }

  /**
   * Passes every row to a consumer, one at a time.
   *
   * @param columns the columns to read; the values come in this order
   * @param consumer takes the values: {@code Long}, {@code Integer}, {@code Double}, {@code
   *     Boolean}, {@code String}, {@code Instant}, {@code byte[]}, {@code List}, or null
   */
  public void forEach(List<String> columns, Consumer<@Nullable Object[]> consumer) {
    StructType schema = snapshot.getSchema();
    StructType wanted = new StructType(columns.stream().map(schema::get).toList());
    Scan scan = snapshot.getScanBuilder().withReadSchema(wanted).build();
    Row state = scan.getScanState(engine);
    StructType physical = ScanStateRow.getPhysicalDataReadSchema(state);
    try (CloseableIterator<FilteredColumnarBatch> fileBatches = scan.getScanFiles(engine)) {
      while (fileBatches.hasNext()) {
        try (CloseableIterator<Row> files = fileBatches.next().getRows()) {
          while (files.hasNext()) {
            readFile(state, physical, files.next(), consumer);
          }
        }
      }
    } catch (IOException | UncheckedIOException | KernelException | KernelEngineException e) {
      throw new AuditException(
          "A file of the table at %s cannot be read: %s. Restore it, or the table's folder."
              .formatted(snapshot.getPath(), e.getMessage()),
          e);
    }
  }

  private void readFile(
      Row state, StructType physical, Row file, Consumer<@Nullable Object[]> consumer)
      throws IOException {
    FileStatus status = InternalScanFileUtils.getAddFileStatus(file);
    var parquet =
        engine
            .getParquetHandler()
            .readParquetFiles(singleton(status), physical, Optional.empty())
            .map(result -> result.getData());
    try (CloseableIterator<FilteredColumnarBatch> batches =
        Scan.transformPhysicalData(engine, state, file, parquet)) {
      while (batches.hasNext()) {
        FilteredColumnarBatch batch = batches.next();
        readBatch(batch.getData(), batch.getSelectionVector(), consumer);
      }
    }
  }

  private static void readBatch(
      ColumnarBatch data, Optional<ColumnVector> selected, Consumer<@Nullable Object[]> consumer) {
    ColumnVector[] vectors = new ColumnVector[data.getSchema().length()];
    Arrays.setAll(vectors, data::getColumnVector);
    for (int row = 0; row < data.getSize(); row++) {
      boolean deleted = selected.isPresent() && !isSelected(selected.get(), row);
      if (deleted) {
        continue;
      }
      @Nullable Object[] values = new @Nullable Object[vectors.length];
      for (int column = 0; column < vectors.length; column++) {
        values[column] = value(vectors[column], row);
      }
      consumer.accept(values);
    }
  }

  private static boolean isSelected(ColumnVector selection, int row) {
    return !selection.isNullAt(row) && selection.getBoolean(row);
  }

  private static @Nullable Object value(ColumnVector vector, int row) {
    if (vector.isNullAt(row)) {
      return null;
    }
    DataType type = vector.getDataType();
    if (type instanceof LongType) {
      return vector.getLong(row);
    } else if (type instanceof IntegerType) {
      return vector.getInt(row);
    } else if (type instanceof DoubleType) {
      return vector.getDouble(row);
    } else if (type instanceof BooleanType) {
      return vector.getBoolean(row);
    } else if (type instanceof StringType) {
      return vector.getString(row);
    } else if (type instanceof BinaryType) {
      return vector.getBinary(row);
    } else if (type instanceof TimestampType) {
      return Instant.EPOCH.plus(vector.getLong(row), ChronoUnit.MICROS);
    } else if (type instanceof ArrayType) {
      return list(vector.getArray(row));
    }
    throw new AuditException(
        "A column has the type %s, which no table of ours has; read it with `pinflow query --sql`."
            .formatted(type));
  }

  private static List<@Nullable Object> list(ArrayValue array) {
    List<@Nullable Object> values = new ArrayList<>(array.getSize());
    for (int i = 0; i < array.getSize(); i++) {
      values.add(value(array.getElements(), i));
    }
    return values;
  }

  private static <T> CloseableIterator<T> singleton(T element) {
    return io.delta.kernel.internal.util.Utils.singletonCloseableIterator(element);
  }
}
