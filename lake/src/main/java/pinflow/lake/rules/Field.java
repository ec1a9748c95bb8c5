package pinflow.lake.rules;

import static org.apache.spark.sql.functions.col;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** The fields of the three records that have a rule; others are ignored. */
enum Field {
  IND(true),
  UNIQUE_ID(false),
  TITLE(false),
  DESCRIPTION(false),
  FOLLOWER_COUNT(false),
  POSTER_NAME(false),
  TAG_LIST(false),
  IS_IMAGE_OR_VIDEO(false),
  IMAGE_SRC(false),
  SAVE_LOCATION(false),
  CATEGORY(false),
  COUNTRY(false),
  LATITUDE(false),
  LONGITUDE(false),
  TIMESTAMP(false),
  FIRST_NAME(false),
  LAST_NAME(false),
  AGE(true),
  DATE_JOINED(false);

  /** The column of type {@link #STRUCT} that holds a record's fields; null when it has none. */
  static final String RECORD = "record";

  static final StructType STRUCT =
      new StructType(
          Arrays.stream(values())
              .map(field -> DataTypes.createStructField(field.column(), DataTypes.StringType, true))
              .toArray(StructField[]::new));

  private static final Map<String, Field> BY_NAME = byName();

  private final boolean whole;

  Field(boolean whole) {
    this.whole = whole;
  }

  /** Whether it is a whole number, for which the JSON numbers 25.0 and 2.5e1 are 25. */
  boolean whole() {
    return whole;
  }

  String column() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The field's text in a record that is read. */
  Column text() {
    return col(RECORD + "." + column());
  }

  /** The field that a name in a record means, if any. */
  static @Nullable Field named(String name) {
    return BY_NAME.get(name.toLowerCase(Locale.ROOT));
  }

  /** Whether the name is written exactly so, and not in other case. */
  static boolean isExact(String name) {
    return BY_NAME.containsKey(name);
  }

  private static Map<String, Field> byName() {
    Map<String, Field> fields = new HashMap<>();
    for (Field field : values()) {
      fields.put(field.column(), field);
    }
    fields.put("index", IND);
    return fields;
  }
}
