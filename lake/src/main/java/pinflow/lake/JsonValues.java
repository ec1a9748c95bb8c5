package pinflow.lake;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import scala.jdk.javaapi.CollectionConverters;

/** Spark's values as Jackson writes them best. */
final class JsonValues {
  private JsonValues() {}

  static List<@Nullable Object> of(Row row) {
    List<@Nullable Object> values = new ArrayList<>(row.size());
    for (int i = 0; i < row.size(); i++) {
      values.add(of(row.get(i)));
    }
    return values;
  }

  private static @Nullable Object of(@Nullable Object value) {
    if (value == null || value instanceof Boolean || value instanceof String) {
      return value;
    }
    if (value instanceof Number number) {
      // JSON has no word for them.
      boolean finite = Double.isFinite(number.doubleValue());
      return finite || !(number instanceof Double || number instanceof Float)
          ? number
          : number.toString();
    }
    if (value instanceof byte[] bytes) {
      return HexFormat.of().formatHex(bytes);
    }
    if (value instanceof scala.collection.Seq<?> sequence) {
      List<@Nullable Object> values = new ArrayList<>();
      CollectionConverters.asJava(sequence).forEach(element -> values.add(of(element)));
      return values;
    }
    if (value instanceof scala.collection.Map<?, ?> map) {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      CollectionConverters.asJava(map).forEach((key, v) -> values.put(String.valueOf(key), of(v)));
      return values;
    }
    if (value instanceof Row row) {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      for (int i = 0; i < row.size(); i++) {
        values.put(row.schema().fieldNames()[i], of(row.get(i)));
      }
      return values;
    }
    return value.toString();
  }
}
