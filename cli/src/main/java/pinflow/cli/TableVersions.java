package pinflow.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import pinflow.audit.LakeTables;

/**
 * The newest versions of the lake's tables at one moment; of those that are there.
 *
 * @param byTable the tables of contracts/tables.json
 */
record TableVersions(Map<String, Long> byTable) {
  private static final List<String> TABLES = tables();

  private static List<String> tables() {
    try (InputStream in =
        TableVersions.class.getResourceAsStream("/pinflow/contracts/tables.json")) {
      List<String> names = new ArrayList<>();
      Grid.JSON.readTree(Objects.requireNonNull(in)).fieldNames().forEachRemaining(names::add);
      return names;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static TableVersions of(LakeTables lake) {
    Map<String, Long> versions = new TreeMap<>();
    TABLES.forEach(
        name -> lake.latest(name).ifPresent(table -> versions.put(name, table.version())));
    return new TableVersions(versions);
  }

  /** As a run's result has them: what was there before, and what has got a new version since. */
  ObjectNode until(TableVersions after) {
    ObjectNode versions = Grid.JSON.createObjectNode();
    byTable.forEach(versions.putObject("read")::put);
    ObjectNode written = versions.putObject("written");
    after.byTable.forEach(
        (table, version) -> {
          if (!version.equals(byTable.get(table))) {
            written.put(table, version);
          }
        });
    return versions;
  }
}
