package pinflow.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "quarantine",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "The events that break a rule: counts, rows, a file of them, and their replay.",
    subcommands = {
      QuarantineCommand.ListRules.class,
      QuarantineCommand.Show.class,
      QuarantineCommand.Export.class,
      ReplayCommand.class
    })
final class QuarantineCommand {
  private QuarantineCommand() {}

  private static Quarantine of(Options options) {
    PinflowConfig config = options.config();
    StateFolder state = options.state();
    return new Quarantine(Places.of(config, state, Connections.store(config, state)).tables());
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description =
          "Counts the rows by table and rule; a row that breaks two rules counts in both.")
  static final class ListRules implements Callable<Integer> {
    @Mixin private final Options options = new Options();

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public Integer call() {
      long[] rows = new long[1];
      Map<String, Map<String, Long>> counts = new TreeMap<>();
      of(options)
          .forEach(
              row -> {
                rows[0]++;
                Map<String, Long> rules =
                    counts.computeIfAbsent(row.table(), table -> new TreeMap<>());
                row.rules().forEach(rule -> rules.merge(rule, 1L, Long::sum));
              });
      List<List<Object>> lines = new ArrayList<>();
      counts.forEach(
          (table, rules) ->
              rules.forEach((rule, events) -> lines.add(List.of(table, rule, events))));
      if (json) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("rows", rows[0]);
        document.put("tables", counts);
        System.out.println(Grid.json(document));
      } else if (rows[0] == 0) {
        System.out.println("Nothing is in quarantine.");
      } else {
        new Grid(List.of("table", "rule", "rows"), lines).print(Format.TABLE, System.out);
        System.out.println("  %,d rows in quarantine".formatted(rows[0]));
      }
      return ExitCode.OK;
    }
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = {
        "Shows rows: where they are in the log, the rules they break, and their text as sent.",
        "Exit code 1 if no row is as asked for."
      })
  static final class Show implements Callable<Integer> {
    @Mixin private final Options options = new Options();

    @Parameters(
        arity = "0..1",
        paramLabel = "EVENT",
        description = "<topic>/<partition>/<offset>, as a receipt names an event.")
    private @Nullable String event;

    @Mixin private final Quarantine.Filter filter = new Quarantine.Filter();

    @Option(
        names = "--limit",
        paramLabel = "N",
        description = "At most N rows (default: ${DEFAULT-VALUE}).",
        defaultValue = "20")
    private int limit;

    @Override
    public Integer call() {
      if ((event == null) == filter.takesAll()) {
        throw new UsageException(
            "Name either one event, as <topic>/<partition>/<offset>, or rows by --rule or --table.");
      }
      Quarantine quarantine = of(options);
      filter.check(quarantine);
      long[] found = new long[1];
      quarantine.forEach(
          row -> {
            if (event == null ? filter.takes(row) : row.event().equals(event)) {
              found[0]++;
              if (found[0] <= limit) {
                print(row, System.out);
              }
            }
          });
      if (found[0] == 0) {
        System.err.println(
            event == null
                ? "pinflow: no row in quarantine is of that rule and table; `pinflow quarantine list` counts those that are there."
                : "pinflow: %s is not in quarantine; `pinflow trace %s` shows where it is."
                    .formatted(event, event));
        return ExitCode.NEGATIVE;
      }
      if (found[0] > limit) {
        options.steps().say("… and %,d more rows; see --limit.".formatted(found[0] - limit));
      }
      return ExitCode.OK;
    }

    private static void print(Quarantine.Row row, PrintStream out) {
      out.println(row.event());
      out.println("  table      " + row.table());
      out.println("  rules      " + String.join(", ", row.rules()));
      out.println("  timestamp  " + row.timestamp());
      // As a JSON string a text of any form is one line, and sends nothing to the terminal.
      out.println("  raw        " + (row.raw() == null ? "null" : Grid.json(row.raw())));
    }
  }

  @Command(
      name = "export",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "Writes rows to a file, a JSON object a line; whole or not at all.")
  static final class Export implements Callable<Integer> {
    @Mixin private final Options options = new Options();

    @Parameters(paramLabel = "FILE", description = "- is standard output.")
    private String file = "";

    @Mixin private final Quarantine.Filter filter = new Quarantine.Filter();

    @Option(names = "--force", description = "Overwrites the file that is there.")
    private boolean force;

    @Override
    public Integer call() throws IOException {
      filter.check(of(options));
      long rows;
      if (file.equals("-")) {
        rows = write(System.out);
        if (System.out.checkError()) {
          throw new IOException(
              "Standard output took not all rows: it is closed or full. Export to a file.");
        }
      } else {
        rows = write(Path.of(file).toAbsolutePath());
      }
      options.steps().say("%,d rows exported.".formatted(rows));
      return ExitCode.OK;
    }

    private long write(Path target) throws IOException {
      if (!force && Files.exists(target)) {
        throw isThere();
      }
      Path folder = target.getParent();
      if (folder == null || !Files.isDirectory(folder)) {
        throw new UsageException(
            "%s cannot be written: its folder is not there. Make the folder, or name another."
                .formatted(file));
      }
      Path part = Files.createTempFile(folder, ".quarantine", ".part");
      try {
        long rows;
        try (OutputStream out = Files.newOutputStream(part)) {
          rows = write(out);
        }
        if (force) {
          Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } else {
          Files.move(part, target);
        }
        return rows;
      } catch (FileAlreadyExistsException e) {
        throw isThere();
      } finally {
        Files.deleteIfExists(part);
      }
    }

    private UsageException isThere() {
      return new UsageException(
          "%s is there already and may hold rows mended by hand. Name another file, or overwrite it with --force."
              .formatted(file));
    }

    private long write(OutputStream out) throws IOException {
      long[] rows = new long[1];
      try (JsonGenerator json =
          Grid.JSON
              .getFactory()
              .createGenerator(out)
              .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
        json.setRootValueSeparator(null);
        of(options)
            .forEach(
                row -> {
                  if (filter.takes(row)) {
                    rows[0]++;
                    line(json, row);
                  }
                });
      }
      return rows[0];
    }

    private static void line(JsonGenerator json, Quarantine.Row row) {
      try {
        Grid.JSON.writeValue(json, row);
        json.writeRaw('\n');
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
