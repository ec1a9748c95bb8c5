package pinflow.cli;

import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.csv.CsvGenerator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Columns and rows, printed for a person or a program. */
record Grid(List<String> columns, List<? extends List<? extends @Nullable Object>> rows) {
  private static final int WIDEST = 60;

  /** For JSON output: timestamps in ISO-8601. */
  static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .build();

  void print(Format format, PrintStream out) {
    switch (format) {
      case TABLE -> printTable(out, Integer.MAX_VALUE);
      case JSON -> out.println(json(this));
      case CSV -> printCsv(out);
    }
  }

  /** Prints aligned columns; rows after the first {@code most} are counted, not shown. */
  void printTable(PrintStream out, int most) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(columns);
    rows.stream().limit(most).forEach(row -> lines.add(row.stream().map(Grid::cell).toList()));
    int[] widths = new int[columns.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], width(line.get(i)));
      }
    }
    for (int n = 0; n < lines.size(); n++) {
      StringBuilder text = new StringBuilder("  ");
      for (int i = 0; i < widths.length; i++) {
        String cell = lines.get(n).get(i);
        String blanks = " ".repeat(widths[i] - width(cell));
        boolean number = n > 0 && rows.get(n - 1).get(i) instanceof Number;
        text.append(number ? blanks + cell : cell + blanks).append("  ");
      }
      out.println(text.toString().stripTrailing());
      if (n == 0) {
        out.println(
            "  " + "─".repeat(java.util.Arrays.stream(widths).sum() + 2 * (widths.length - 1)));
      }
    }
    if (rows.size() > most) {
      out.println("  … and %,d more rows".formatted(rows.size() - most));
    }
  }

  private void printCsv(PrintStream out) {
    CsvSchema.Builder schema = CsvSchema.builder();
    columns.forEach(schema::addColumn);
    CsvMapper mapper = new CsvMapper();
    mapper.registerModule(new JavaTimeModule());
    mapper.disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);
    mapper.configure(CsvGenerator.Feature.STRICT_CHECK_FOR_QUOTING, true);
    StringBuilder text = new StringBuilder();
    try (java.io.StringWriter buffer = new java.io.StringWriter();
        SequenceWriter writer = mapper.writer(schema.build().withHeader()).writeValues(buffer)) {
      for (List<?> row : rows) {
        writer.write(row.stream().map(v -> v instanceof List<?> ? json(v) : v).toList());
      }
      writer.flush();
      if (rows.isEmpty()) {
        text.append(String.join(",", columns)).append('\n');
      }
      text.append(buffer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    out.print(text);
  }

  static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String cell(@Nullable Object value) {
    if (value == null) {
      return "";
    }
    String text =
        value instanceof byte[] bytes
            ? java.util.HexFormat.of().formatHex(bytes)
            : value.toString().replaceAll("\\p{Cntrl}", " ");
    return width(text) <= WIDEST
        ? text
        : text.substring(0, text.offsetByCodePoints(0, WIDEST - 1)) + "…";
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }
}
