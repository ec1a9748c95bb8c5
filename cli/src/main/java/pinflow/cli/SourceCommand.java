package pinflow.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import pinflow.source.SourceDatabase;
import pinflow.source.SourceFiles;
import pinflow.source.SourceTable;
import pinflow.source.generate.PostGenerator;

@Command(
    name = "source",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Fills, imports and exports the source tables.",
    subcommands = {
      SourceCommand.Generate.class,
      SourceCommand.Import.class,
      SourceCommand.Export.class
    })
final class SourceCommand {
  private SourceCommand() {}

  @Command(
      name = "generate",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "Fills the tables with made-up posts; the same seed makes the same rows.")
  static final class Generate implements Callable<Integer> {
    @Mixin private final Options options = new Options();

    @Option(
        names = "--posts",
        paramLabel = "N",
        description = "Posts to make (default: ${DEFAULT-VALUE}, the original's number).",
        defaultValue = "11001")
    private int posts;

    @Option(
        names = "--seed",
        paramLabel = "S",
        description = "Default: ${DEFAULT-VALUE}.",
        defaultValue = "1")
    private long seed;

    @Option(names = "--replace", description = "Deletes the rows that are there.")
    private boolean replace;

    @Override
    public Integer call() {
      try (SourceDatabase database = Connections.database(options.config(), options.state())) {
        PostGenerator.fill(database, posts, seed, replace);
        report(options.steps(), database);
      }
      return ExitCode.OK;
    }
  }

  @Command(
      name = "import",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "Loads pin.jsonl, geo.jsonl and user.jsonl, all or nothing.")
  static final class Import implements Callable<Integer> {
    @Mixin private final Options options = new Options();

    @Option(names = "--from", paramLabel = "DIR", required = true, description = "Their folder.")
    private Path from = Path.of("");

    @Option(names = "--replace", description = "Deletes the rows that are there.")
    private boolean replace;

    @Override
    public Integer call() {
      try (SourceDatabase database = Connections.database(options.config(), options.state())) {
        SourceFiles.importFrom(from, database, replace);
        report(options.steps(), database);
      }
      return ExitCode.OK;
    }
  }

  @Command(
      name = "export",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "Writes the tables to pin.jsonl, geo.jsonl and user.jsonl.")
  static final class Export implements Callable<Integer> {
    @Mixin private final Options options = new Options();

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Their folder.")
    private Path out = Path.of("");

    @Override
    public Integer call() {
      try (SourceDatabase database = Connections.database(options.config(), options.state())) {
        SourceFiles.exportTo(out, database);
        report(options.steps(), database);
      }
      return ExitCode.OK;
    }
  }

  private static void report(Steps steps, SourceDatabase database) {
    Map<SourceTable, Long> counts = database.counts();
    counts.forEach((table, rows) -> steps.say("  %-16s %,12d rows".formatted(table.table(), rows)));
  }
}
