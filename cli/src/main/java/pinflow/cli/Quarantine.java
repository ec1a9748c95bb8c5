package pinflow.cli;

import com.fasterxml.jackson.core.type.TypeReference;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import pinflow.audit.LakeTable;
import pinflow.audit.LakeTables;

/** The rows of the table {@code quarantine}, of its newest version. */
record Quarantine(LakeTables lake) {
  private static final List<String> COLUMNS =
      List.of("_topic", "_partition", "_offset", "_timestamp", "table", "rules", "raw");

  /** The tables that an event may be meant for. */
  enum Table {
    PIN,
    GEO,
    USER
  }

  /**
   * An event that breaks a rule; as JSON, a line of an export.
   *
   * @param raw as it was sent, or as it was mended last (contracts/tables.md)
   */
  record Row(
      String topic,
      int partition,
      long offset,
      @Nullable Instant timestamp,
      String table,
      List<String> rules,
      @Nullable String raw) {
    String event() {
      return topic + "/" + partition + "/" + offset;
    }
  }

  /** Which rows are asked for. */
  static final class Filter {
    @Option(names = "--rule", paramLabel = "R", description = "Only rows that break this rule.")
    private @Nullable String rule;

    @Option(
        names = "--table",
        paramLabel = "T",
        description = "Only rows meant for this table: ${COMPLETION-CANDIDATES}.")
    private @Nullable Table table;

    boolean takesAll() {
      return rule == null && table == null;
    }

    boolean takes(Row row) {
      return (rule == null || row.rules().contains(rule))
          && (table == null || row.table().equals(tableName()));
    }

    @Nullable String rule() {
      return rule;
    }

    @Nullable String tableName() {
      return table == null ? null : table.name().toLowerCase(Locale.ROOT);
    }

    /**
     * A rule is one that the cleaning has, or that rows in quarantine name (an older Pinflow's).
     *
     * @throws UsageException naming the rules that there are
     */
    void check(Quarantine quarantine) {
      if (rule == null) {
        return;
      }
      Set<String> known = new TreeSet<>();
      rules().forEach((table, names) -> known.addAll(names));
      if (!known.contains(rule)) {
        quarantine.forEach(row -> known.addAll(row.rules()));
      }
      if (!known.contains(rule)) {
        throw new UsageException(
            "There is no rule \"%s\". There are: %s.".formatted(rule, String.join(", ", known)));
      }
    }
  }

  /** The names of the rules by table (contracts/rules.json). */
  private static Map<String, List<String>> rules() {
    try (InputStream json = Quarantine.class.getResourceAsStream("/pinflow/contracts/rules.json")) {
      return Grid.JSON.readValue(json, new TypeReference<>() {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Passes every row to a consumer, one at a time; none before the first quarantined event. */
  void forEach(Consumer<Row> consumer) {
    lake.latest("quarantine").ifPresent(table -> read(table, consumer));
  }

  private static void read(LakeTable table, Consumer<Row> consumer) {
    table.forEach(
        COLUMNS,
        values ->
            consumer.accept(
                new Row(
                    (String) Objects.requireNonNull(values[0]),
                    (Integer) Objects.requireNonNull(values[1]),
                    (Long) Objects.requireNonNull(values[2]),
                    (Instant) values[3],
                    (String) Objects.requireNonNull(values[4]),
                    ((List<?>) Objects.requireNonNull(values[5]))
                        .stream().map(String::valueOf).toList(),
                    (String) values[6])));
  }
}
