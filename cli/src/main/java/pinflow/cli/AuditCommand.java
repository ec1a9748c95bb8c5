package pinflow.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import pinflow.audit.Audit;
import pinflow.audit.AuditReport;
import pinflow.audit.AuditReport.Deep.Compared;
import pinflow.audit.AuditReport.Deep.Skipped;
import pinflow.audit.Fault;
import pinflow.audit.Hops.Outcome;
import pinflow.audit.LiveAudit;
import pinflow.audit.LiveReport;
import pinflow.audit.StoredObjects;
import pinflow.audit.StoredObjects.Store;

@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Accounts for every event, hop by hop: receipt, log, object, outcome, row, answer. Reads only; may be asked"
          + " while everything runs.",
      "Exit code 0 if nothing is lost and nothing counted twice, else 1."
    })
final class AuditCommand implements Callable<Integer> {
  @Mixin private final Options options = new Options();

  @Option(names = "--json", description = "One JSON document on standard output.")
  private boolean json;

  @Option(
      names = "--deep",
      description =
          "Also compares every content: log with objects, objects with their hashes, rows with their events,"
              + " quarantine with what was sent, of streams too. Reads everything.")
  private boolean deep;

  @Override
  public Integer call() {
    StateFolder state = options.state();
    PinflowConfig config = options.config();
    return audit(
        config,
        state,
        deep ? Optional.of(options.steps()) : Optional.empty(),
        (report, live) -> {
          if (json) {
            System.out.println(Grid.json(document(report, live)));
          } else {
            print(report, System.out);
            LiveText.print(live, System.out);
            verdict(report, live, System.out);
          }
          return report.good() && live.good() ? ExitCode.OK : ExitCode.NEGATIVE;
        });
  }

  /** What the job has for its result. */
  static ObjectNode document(PinflowConfig config, StateFolder state) {
    return audit(
        config,
        state,
        Optional.empty(),
        (report, live) -> Grid.JSON.valueToTree(document(report, live)));
  }

  /**
   * @param deep told of its steps; empty for one that is not deep
   */
  private static <T> T audit(
      PinflowConfig config,
      StateFolder state,
      Optional<Steps> deep,
      BiFunction<AuditReport, LiveReport, T> then) {
    Store store = Connections.runningStore(config, state);
    Places places = Places.of(config, state, store);
    try (StoredObjects objects = new StoredObjects(store);
        Audit audit =
            new Audit(Connections.kafka(config, state), objects, places.tables(), state.journal());
        LiveAudit liveAudit =
            new LiveAudit(
                Connections.kafka(config, state), places.tables(), state.journal("stream"))) {
      AuditReport report =
          deep.isPresent()
              ? audit.runDeep(config.topics(), deep.get()::done)
              : audit.run(config.topics());
      LiveReport live =
          deep.isPresent() ? liveAudit.runDeep(config.id()) : liveAudit.run(config.id());
      return then.apply(report, live);
    }
  }

  private static Map<String, Object> document(AuditReport report, LiveReport live) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("good", report.good() && live.good());
    document.put("faults", faults(report, live).map(AuditCommand::json).toList());
    document.put("batch", report.batch());
    document.put("answers_batch", report.answersBatch());
    document.put("under_way", report.underWay());
    if (report.deep() instanceof Compared deep) {
      document.put(
          "deep",
          Map.of("lines", deep.lines(), "compared_with_log", deep.withLog(), "rows", deep.rows()));
    } else if (report.deep() instanceof Skipped skipped) {
      document.put("deep", Map.of("skipped", skipped.why()));
    }
    List<Map<String, Object>> partitions = new ArrayList<>();
    for (AuditReport.Partition p : report.partitions()) {
      Map<String, Object> partition = new LinkedHashMap<>();
      partition.put("topic", p.topic());
      partition.put("partition", p.partition());
      partition.put("receipts", p.receipts());
      partition.put("log", Map.of("begin", p.logBegin(), "end", p.logEnd()));
      partition.put("objects", Map.of("end", p.objectsEnd(), "records", p.stored()));
      Map<String, Object> lake = new LinkedHashMap<>();
      lake.put("end", p.lakeEnd());
      for (Outcome outcome : Outcome.values()) {
        lake.put(outcome.word(), p.outcomes().getOrDefault(outcome, 0L));
      }
      partition.put("lake", lake);
      partitions.add(partition);
    }
    document.put("partitions", partitions);
    document.put("live", LiveText.json(live));
    return document;
  }

  private static Map<String, String> json(Fault fault) {
    Map<String, String> one = new LinkedHashMap<>();
    one.put("kind", fault.kind().word());
    one.put("where", fault.where());
    one.put("what", fault.what());
    return one;
  }

  private static void print(AuditReport report, PrintStream out) {
    List<String> columns =
        new ArrayList<>(List.of("topic/partition", "receipts", "log", "in objects", "in lake"));
    for (Outcome outcome : Outcome.values()) {
      columns.add(outcome.word());
    }
    List<List<Object>> rows = new ArrayList<>();
    for (AuditReport.Partition p : report.partitions()) {
      List<Object> row =
          new ArrayList<>(
              List.of(
                  p.topic() + "/" + p.partition(),
                  p.receipts(),
                  p.logEnd(),
                  p.objectsEnd(),
                  p.lakeEnd()));
      for (Outcome outcome : Outcome.values()) {
        row.add(p.outcomes().getOrDefault(outcome, 0L));
      }
      rows.add(row);
    }
    new Grid(columns, rows).print(Format.TABLE, out);
    out.println();
    out.println("  log, objects and lake: up to which offset each was seen, that offset left out.");
    if (report.underWay()) {
      out.println(
          "  A daily run is in the middle of its commits, or was killed there: rows and answers were not checked."
              + " Ask again after `pinflow run daily`.");
    }
    if (report.answersBatch() < report.batch()) {
      out.println(
          "  The answers are of batch %d, the tables of batch %d: `pinflow run daily` makes them anew."
              .formatted(report.answersBatch(), report.batch()));
    }
    if (report.deep() instanceof Compared deep) {
      out.println(
          "  Compared: %,d lines of objects, %,d of them with the log; %,d rows with their events."
              .formatted(deep.lines(), deep.withLog(), deep.rows()));
      if (deep.withLog() < deep.lines()) {
        out.println(
            "  Of %,d lines the log's retention has deleted the records: they were held against their objects' hashes alone."
                .formatted(deep.lines() - deep.withLog()));
      }
    } else if (report.deep() instanceof Skipped skipped) {
      out.println("  Contents were not compared: %s.".formatted(skipped.why()));
    }
  }

  private static Stream<Fault> faults(AuditReport report, LiveReport live) {
    return Stream.concat(report.faults().stream(), live.faults().stream());
  }

  private static void verdict(AuditReport report, LiveReport live, PrintStream out) {
    List<Fault> faults = faults(report, live).toList();
    if (faults.isEmpty()) {
      out.println(
          report.underWay() || !live.underWay().isEmpty()
              ? "No fault was found, but not all was checked."
              : "Nothing is lost and nothing is counted twice.");
      return;
    }
    out.println("%,d faults:".formatted(faults.size()));
    faults.stream()
        .limit(100)
        .forEach(
            fault ->
                out.println(
                    "  %s  %s: %s".formatted(fault.kind().word(), fault.where(), fault.what())));
    if (faults.size() > 100) {
      out.println("  … and more; --json has all.");
    }
  }
}
