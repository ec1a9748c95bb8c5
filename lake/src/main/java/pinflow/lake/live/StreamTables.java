package pinflow.lake.live;

/**
 * The names of one stream and of the tables that it fills.
 *
 * @param id of the pipeline
 * @param table {@code pin}, {@code geo} or {@code user}: whose rules and columns hold
 */
record StreamTables(String id, String table) {
  String stream() {
    return "streaming-%s-%s".formatted(id, table);
  }

  /** One row per {@code ind}. */
  String rows() {
    return "%s_%s_table".formatted(id, table);
  }

  /** One to itself, so that no two queries write to one table. */
  String quarantine() {
    return "%s_%s_quarantine".formatted(id, table);
  }

  /** One row per record; committed last. */
  String events() {
    return "%s_%s_events".formatted(id, table);
  }
}
