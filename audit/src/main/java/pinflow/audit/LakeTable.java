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
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.delta.kernel.types.TimestampType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;
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
    List<StructField> fields = columns.stream().map(schema::get).toList();
    StructType wanted = new StructType(fields.stream().map(LakeTable::undecoded).toList());
    List<DataType> types = fields.stream().map(StructField::getDataType).toList();
    Scan scan = snapshot.getScanBuilder().withReadSchema(wanted).build();
    Row state = scan.getScanState(engine);
    StructType physical = ScanStateRow.getPhysicalDataReadSchema(state);
    try (CloseableIterator<FilteredColumnarBatch> fileBatches = scan.getScanFiles(engine)) {
      while (fileBatches.hasNext()) {
        try (CloseableIterator<Row> files = fileBatches.next().getRows()) {
          while (files.hasNext()) {
            readFile(state, physical, files.next(), types, consumer);
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

  /** A text as its bytes: Kernel would decode each anew, and most repeat the row before. */
  private static StructField undecoded(StructField field) {
    return field.getDataType() instanceof StringType
        ? new StructField(
            field.getName(), BinaryType.BINARY, field.isNullable(), field.getMetadata())
        : field;
  }

  private void readFile(
      Row state,
      StructType physical,
      Row file,
      List<DataType> types,
      Consumer<@Nullable Object[]> consumer)
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
        readBatch(batch.getData(), batch.getSelectionVector(), types, consumer);
      }
    }
  }

  private static void readBatch(
      ColumnarBatch data,
      Optional<ColumnVector> selected,
      List<DataType> types,
      Consumer<@Nullable Object[]> consumer) {
    List<IntFunction<@Nullable Object>> columns = new ArrayList<>();
    for (int column = 0; column < types.size(); column++) {
      columns.add(column(data.getColumnVector(column), types.get(column)));
    }
    for (int row = 0; row < data.getSize(); row++) {
      boolean deleted = selected.isPresent() && !isSelected(selected.get(), row);
      if (deleted) {
        continue;
      }
      @Nullable Object[] values = new @Nullable Object[columns.size()];
      for (int column = 0; column < values.length; column++) {
        values[column] = columns.get(column).apply(row);
      }
      consumer.accept(values);
    }
  }

  private static boolean isSelected(ColumnVector selection, int row) {
    return !selection.isNullAt(row) && selection.getBoolean(row);
  }

  /** The values of a column of one batch, by row. */
  private static IntFunction<@Nullable Object> column(ColumnVector vector, DataType type) {
    IntFunction<? extends @Nullable Object> values = values(vector, type);
    return row -> vector.isNullAt(row) ? null : values.apply(row);
  }

  private static IntFunction<? extends @Nullable Object> values(
      ColumnVector vector, DataType type) {
    if (type instanceof LongType) {
      return vector::getLong;
    } else if (type instanceof IntegerType) {
      return vector::getInt;
    } else if (type instanceof DoubleType) {
      return vector::getDouble;
    } else if (type instanceof BooleanType) {
      return vector::getBoolean;
    } else if (type instanceof StringType) {
      return texts(vector);
    } else if (type instanceof BinaryType) {
      return vector::getBinary;
    } else if (type instanceof TimestampType) {
      return row -> Instant.EPOCH.plus(vector.getLong(row), ChronoUnit.MICROS);
    } else if (type instanceof ArrayType array) {
      return row -> list(vector.getArray(row), array.getElementType());
    }
    throw new AuditException(
        "A column has the type %s, which no table of ours has; read it with `pinflow query --sql`."
            .formatted(type));
  }

  /** A text that repeats the one before is the same object. */
  private static IntFunction<String> texts(ColumnVector vector) {
    byte[][] last = {new byte[0]};
    String[] text = {""};
    return row -> {
      byte[] bytes = vector.getBinary(row);
      if (!Arrays.equals(bytes, last[0])) {
        last[0] = bytes;
        text[0] = new String(bytes, StandardCharsets.UTF_8);
      }
      return text[0];
    };
  }

  private static List<@Nullable Object> list(ArrayValue array, DataType type) {
    ColumnVector elements = array.getElements();
    IntFunction<? extends @Nullable Object> values =
        type instanceof StringType ? elements::getString : values(elements, type);
    List<@Nullable Object> list = new ArrayList<>(array.getSize());
    for (int i = 0; i < array.getSize(); i++) {
      list.add(elements.isNullAt(i) ? null : values.apply(i));
    }
    return list;
  }

  private static <T> CloseableIterator<T> singleton(T element) {
    return io.delta.kernel.internal.util.Utils.singletonCloseableIterator(element);
  }
}
