package pinflow.source;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The three tables as files: {@code pin.jsonl}, {@code geo.jsonl}, {@code user.jsonl}, UTF-8, one
 * JSON object a line, columns in the source's order, datetimes as {@code 2020-08-28 03:52:47}.
 */
public final class SourceFiles {

  /** What a TEXT column holds. */
  private static final int TEXT_BYTES = 65_535;

  private static final DateTimeFormatter DATETIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private SourceFiles() {}

  /**
   * Fills the tables from the files of a folder: all rows or, when one cannot be taken, none. A
   * column that a line lacks is null.
   *
   * @param replace whether rows that are there may be deleted
   * @return the rows inserted per table
   * @throws SourceException naming file, line and field, if a file is missing, a line is not a JSON
   *     object, a field is unknown or not of its column's type
   */
  public static Map<SourceTable, Long> importFrom(Path dir, SourceDatabase db, boolean replace) {
    for (SourceTable table : SourceTable.values()) {
      if (!Files.isReadable(dir.resolve(table.file()))) {
        throw new SourceException(
            "%s cannot be imported: %s is missing or cannot be read. The folder must hold pin.jsonl, geo.jsonl and user.jsonl, as \"pinflow source export\" writes them."
                .formatted(dir, table.file()));
      }
    }
    return db.fill(
        replace,
        rows -> {
          for (SourceTable table : SourceTable.values()) {
            importFile(dir.resolve(table.file()), table, rows);
          }
        });
  }

  /**
   * Writes the tables to a folder, which is made if it is missing.
   *
   * @return the rows written per table
   * @throws SourceException also if one of the files is there already
   */
  public static Map<SourceTable, Long> exportTo(Path dir, SourceDatabase db) {
    db.requireTables();
    Map<SourceTable, Long> rows = new EnumMap<>(SourceTable.class);
    try {
      Files.createDirectories(dir);
      for (SourceTable table : SourceTable.values()) {
        if (Files.exists(dir.resolve(table.file()))) {
          throw new SourceException(
              "The tables are not exported: %s exists and would be overwritten. Name another folder, or move the file away."
                  .formatted(dir.resolve(table.file())));
        }
      }
      for (SourceTable table : SourceTable.values()) {
        Path part = dir.resolve(table.file() + ".part");
        rows.put(table, write(part, db.rows(table)));
        Files.move(part, dir.resolve(table.file()), StandardCopyOption.ATOMIC_MOVE);
      }
      return rows;
    } catch (IOException e) {
      throw new SourceException(
          "The tables cannot be exported to %s: %s. The folder must be writable and have room."
              .formatted(dir, e),
          e);
    }
  }

  private static long write(Path file, Iterator<Row> rows) throws IOException {
    long written = 0;
    try (BufferedWriter out = Files.newBufferedWriter(file);
        JsonGenerator json = JSON.createGenerator(out)) {
      json.setRootValueSeparator(null);
      while (rows.hasNext()) {
        JSON.writeTree(json, rows.next().value());
        json.writeRaw('\n');
        written++;
      }
    }
    return written;
  }

  private static void importFile(Path file, SourceTable table, RowInserter rows) {
    int number = 0;
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank()) {
          rows.add(table, values(line, table, file + ", line " + number));
        }
      }
    } catch (CharacterCodingException e) {
      throw new SourceException(
          "%s is not UTF-8 somewhere after line %d, so that its text cannot be read. Save it as UTF-8."
              .formatted(file, number),
          e);
    } catch (IOException e) {
      throw new SourceException(
          "%s cannot be read after line %d: %s. Nothing was imported; try again with a file that can be read."
              .formatted(file, number, e),
          e);
    }
  }

  private static List<@Nullable Object> values(String line, SourceTable table, String where) {
    JsonNode row = parse(line, where);
    List<String> known = table.columns().stream().map(SourceTable.Column::name).toList();
    for (Iterator<String> fields = row.fieldNames(); fields.hasNext(); ) {
      String field = fields.next();
      if (!known.contains(field)) {
        Optional<String> meant = Spelling.meant(field, known);
        throw new SourceException(
            "%s has the field \"%s\", but %s has no such column%s. Its columns are %s."
                .formatted(
                    where,
                    field,
                    table.table(),
                    meant.map(name -> "; \"%s\" is meant, perhaps".formatted(name)).orElse(""),
                    String.join(", ", known)));
      }
    }
    List<@Nullable Object> values = new ArrayList<>(known.size());
    for (SourceTable.Column column : table.columns()) {
      values.add(value(row.get(column.name()), column, where));
    }
    return values;
  }

  private static JsonNode parse(String line, String where) {
    try {
      JsonNode row = JSON.readTree(line);
      if (row.isObject()) {
        return row;
      }
    } catch (JsonProcessingException e) {
      throw new SourceException(
          "%s is not JSON: %s. Each line must be one JSON object with each field once."
              .formatted(where, e.getOriginalMessage()),
          e);
    }
    throw new SourceException(
        "%s is not a JSON object. Each line must be one JSON object with each field once."
            .formatted(where));
  }

  private static @Nullable Object value(
      @Nullable JsonNode value, SourceTable.Column column, String where) {
    if (value == null || value.isNull()) {
      return null;
    }
    return switch (column.type()) {
      case BIGINT -> {
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
          throw wrong(value, column, where, "a whole number below 2^63");
        }
        yield value.longValue();
      }
      case DOUBLE -> {
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
          throw wrong(value, column, where, "a number");
        }
        yield value.doubleValue();
      }
      case TEXT -> {
        if (!value.isTextual() || !fits(value.textValue())) {
          throw wrong(value, column, where, "text of at most 65,535 bytes of UTF-8");
        }
        yield value.textValue();
      }
      case DATETIME -> {
        try {
          yield LocalDateTime.parse(value.asText(), DATETIME);
        } catch (DateTimeException e) {
          throw wrong(value, column, where, "a date and time such as \"2020-08-28 03:52:47\"");
        }
      }
    };
  }

  /** A surrogate without its partner cannot be encoded; the driver would store a question mark. */
  private static boolean fits(String text) {
    try {
      return StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text)).limit()
          <= TEXT_BYTES;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static SourceException wrong(
      JsonNode value, SourceTable.Column column, String where, String wanted) {
    String text = value.toString();
    return new SourceException(
        "%s, field \"%s\": %s cannot be stored: the column takes %s. Correct the line, or leave the field out."
            .formatted(
                where,
                column.name(),
                text.length() > 60 ? text.substring(0, 60) + "…" : text,
                wanted));
  }
}
