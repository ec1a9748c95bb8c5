package pinflow.cli;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
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
   * @param raw as it was sent (contracts/tables.md)
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
          && (table == null || row.table().equalsIgnoreCase(table.name()));
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
