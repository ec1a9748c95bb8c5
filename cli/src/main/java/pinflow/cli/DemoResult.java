package pinflow.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pinflow.audit.Answers.Answer;
import pinflow.audit.AuditReport;
import pinflow.audit.Hops.Outcome;
import pinflow.audit.LiveReport;

/**
 * What a demo found.
 *
 * @param posts that were sent
 * @param posted acknowledged records by table, {@code failed} those that were given up
 * @param audit what became of them
 * @param live what became of the same posts, sent into streams; null if they were not
 * @param seconds by step, {@code total} from start to answers
 */
record DemoResult(
    String id,
    long posts,
    Map<String, Long> posted,
    Map<String, Long> failed,
    List<Answer> answers,
    AuditReport audit,
    @Nullable Live live,
    Map<String, Double> seconds) {
  private static final int ROWS_SHOWN = 12;

  /**
   * The live way's part.
   *
   * @param rows by table
   * @param differences inds whose rows differ from the daily job's
   * @param p50 from acknowledged record to committed row, in ms, of the slowest stream; {@code p99}
   *     as well
   */
  record Live(LiveReport audit, Map<String, Long> rows, long differences, long p50, long p99) {
    Map<String, Object> json() {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("rows", rows);
      document.put("differences", differences);
      document.put("latency_ms", Map.of("p50", p50, "p99", p99));
      return document;
    }

    void print(PrintStream out) {
      out.println(
          "Live: the same posts sent into streams, %,d ms from acknowledged record to committed row (median; 99 %% within %,d ms)."
              .formatted(p50, p99));
      out.println(
          differences == 0
              ? "Its rows are the daily job's: %s.".formatted(rows)
              : "%,d of its rows differ from the daily job's.".formatted(differences));
    }
  }

  /**
   * Whether every record that was posted is in the log, in an object, and accounted for in the
   * tables.
   */
  boolean addsUp() {
    return faults().isEmpty();
  }

  private List<String> faults() {
    List<String> faults = new ArrayList<>();
    audit.faults().forEach(fault -> faults.add(fault.where() + ": " + fault.what()));
    if (live != null) {
      live.audit().faults().forEach(fault -> faults.add(fault.where() + ": " + fault.what()));
      if (live.differences() > 0) {
        faults.add("%,d live rows differ".formatted(live.differences()));
      }
    }
    failed.forEach(
        (table, count) -> {
          if (count > 0) {
            faults.add("%,d records of %s were not posted".formatted(count, table));
          }
        });
    audit
        .hops()
        .forEach(
            (topic, counts) -> {
              long sent = posted.getOrDefault(topic.substring(id.length() + 1), 0L);
              if (sent != counts.log()) {
                faults.add("%s: %,d posted, %,d in the log".formatted(topic, sent, counts.log()));
              }
              if (!counts.addUp()) {
                faults.add("%s: the hops differ".formatted(topic));
              }
            });
    return faults;
  }

  Map<String, Object> json() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("posts", posts);
    document.put("posted", posted);
    document.put("answers", AnswerText.json(answers));
    Map<String, Object> byTopic = new LinkedHashMap<>();
    audit
        .hops()
        .forEach(
            (topic, counts) -> {
              Map<String, Long> hop = new LinkedHashMap<>();
              hop.put("log", counts.log());
              hop.put("objects", counts.objects());
              for (Outcome outcome : Outcome.values()) {
                hop.put(outcome.word(), counts.count(outcome));
              }
              byTopic.put(topic, hop);
            });
    document.put("hops", byTopic);
    if (live != null) {
      document.put("live", live.json());
    }
    document.put("adds_up", addsUp());
    document.put("faults", faults());
    document.put("seconds", seconds);
    return document;
  }

  void print(PrintStream out) {
    for (Answer answer : answers) {
      out.println();
      out.println(answer.name());
      new Grid(answer.columns(), answer.rows()).printTable(out, ROWS_SHOWN);
      out.println(AnswerText.counts(answer));
    }
    out.println();
    printHops(out);
    out.println();
    List<String> faults = faults();
    out.println(
        faults.isEmpty()
            ? "The counts add up: every record posted is in the log, in an object, and is accounted for once."
            : "The counts do NOT add up: " + String.join("; ", faults) + ".");
    if (live != null) {
      live.print(out);
    }
    StringBuilder took = new StringBuilder("Seconds:");
    seconds.forEach((step, s) -> took.append("  %s %.1f".formatted(step, s)));
    out.println(took);
  }

  private void printHops(PrintStream out) {
    List<String> columns = new ArrayList<>(List.of("topic", "posted", "log", "objects"));
    for (Outcome outcome : Outcome.values()) {
      columns.add(outcome.word());
    }
    List<List<Object>> rows = new ArrayList<>();
    audit
        .hops()
        .forEach(
            (topic, counts) -> {
              List<Object> row = new ArrayList<>();
              row.add(topic);
              row.add(posted.getOrDefault(topic.substring(id.length() + 1), 0L));
              row.add(counts.log());
              row.add(counts.objects());
              for (Outcome outcome : Outcome.values()) {
                row.add(counts.count(outcome));
              }
              rows.add(row);
            });
    new Grid(columns, rows).print(Format.TABLE, out);
  }
}
