package pinflow.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pinflow.audit.Hops.Outcome;
import pinflow.audit.LiveReport;

/** What an audit found of the live way, for a person or a program. */
final class LiveText {
  private LiveText() {}

  static Map<String, Object> json(LiveReport live) {
    List<Map<String, Object>> shards = new ArrayList<>();
    for (LiveReport.Shard s : live.shards()) {
      Map<String, Object> lake = new LinkedHashMap<>();
      lake.put("end", s.end());
      for (Outcome outcome : Outcome.values()) {
        lake.put(outcome.word(), s.outcomes().getOrDefault(outcome, 0L));
      }
      Map<String, Object> shard = new LinkedHashMap<>();
      shard.put("stream", s.stream());
      shard.put("shard", s.shard());
      shard.put("receipts", s.receipts());
      shard.put("log", Map.of("begin", s.logBegin(), "end", s.logEnd()));
      shard.put("lake", lake);
      shards.add(shard);
    }
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("shards", shards);
    document.put("under_way", live.underWay());
    LiveReport.Compared compared = live.compared();
    if (compared != null) {
      document.put("deep", Map.of("records", compared.records(), "rows", compared.rows()));
    }
    return document;
  }

  /** Nothing if there are no streams. */
  static void print(LiveReport live, PrintStream out) {
    if (live.shards().isEmpty()) {
      return;
    }
    List<String> columns = new ArrayList<>(List.of("stream/shard", "receipts", "log", "in lake"));
    for (Outcome outcome : Outcome.values()) {
      columns.add(outcome.word());
    }
    List<List<Object>> rows = new ArrayList<>();
    for (LiveReport.Shard s : live.shards()) {
      List<Object> row =
          new ArrayList<>(List.of(s.stream() + "/" + s.shard(), s.receipts(), s.logEnd(), s.end()));
      for (Outcome outcome : Outcome.values()) {
        row.add(s.outcomes().getOrDefault(outcome, 0L));
      }
      rows.add(row);
    }
    new Grid(columns, rows).print(Format.TABLE, out);
    out.println();
    LiveReport.Compared compared = live.compared();
    if (compared != null) {
      out.println(
          "  Compared: %,d records of streams with the quarantine; %,d rows with their events."
              .formatted(compared.records(), compared.rows()));
    }
    live.underWay()
        .forEach(
            stream ->
                out.println(
                    "  The live way of %s was in the middle of its commits, or was killed there: its rows were not checked."
                        .formatted(stream)));
  }
}
