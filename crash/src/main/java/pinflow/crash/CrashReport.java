package pinflow.crash;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What was killed and what was left of it. */
final class CrashReport {
  /** Seconds until all was ready again, by what was killed. */
  private final Map<String, List<Double>> kills = new LinkedHashMap<>();

  private final Map<String, Long> outcomes = new TreeMap<>();
  private List<String> tables = List.of();
  private Duration took = Duration.ZERO;
  private int audits;
  private long events;
  private long replies;
  private long cut;

  void killed(String name, double ready) {
    kills.computeIfAbsent(name, n -> new ArrayList<>()).add(ready);
  }

  /** An audit whose exit code was 0. */
  void audited(JsonNode found) {
    audits++;
    outcomes.clear();
    for (JsonNode partition : found.path("partitions")) {
      for (String outcome : List.of("clean", "quarantined", "duplicate", "superseded")) {
        outcomes.merge(outcome, partition.path("lake").path(outcome).asLong(), Long::sum);
      }
    }
  }

  void posted(long events, long replies, long cut) {
    this.events = events;
    this.replies = replies;
    this.cut = cut;
  }

  void equalTables(List<String> tables) {
    this.tables = tables;
  }

  void took(Duration duration) {
    this.took = duration;
  }

  String summary() {
    return """
        %,d kills, %,d events in the log, each once; %,d of %,d replies cut.
        %d audits, all good: 0 lost, 0 doubled; outcomes %s.
        The tables are those of an undisturbed run: %s."""
        .formatted(
            kills.values().stream().mapToInt(List::size).sum(),
            events,
            cut,
            replies,
            audits,
            outcomes,
            tables);
  }

  String markdown() {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        # Kills

        Written by `./pinflow --version && mvn -q -pl crash compile exec:exec` on %s, in %d minutes on %d cores. The emulator posts without a break,
        through a proxy that cuts a fifth of the replies; processes are killed with SIGKILL, at named points by a debugger that stops
        the thread there (`crash/`, `KillPoint`), then at random moments; what was killed is started again. At the named points the
        part that is killed runs under the debugger, which makes its start about twice as long.

        %s

        | Killed at | times | seconds until ready: median | longest |
        | --- | --- | --- | --- |
        """
            .formatted(
                LocalDate.now(java.time.ZoneOffset.UTC),
                took.toMinutes(),
                Runtime.getRuntime().availableProcessors(),
                summary()));
    Map<String, String> words = new LinkedHashMap<>();
    for (KillPoint point : KillPoint.values()) {
      words.put(
          point.name(),
          point.victim.name().toLowerCase(java.util.Locale.ROOT) + ": " + point.words);
    }
    new TreeMap<>(kills)
        .forEach(
            (name, seconds) -> {
              List<Double> sorted = new ArrayList<>(seconds);
              Collections.sort(sorted);
              text.append(
                  "| %s | %d | %.1f | %.1f |%n"
                      .formatted(
                          words.getOrDefault(name, name.toLowerCase(java.util.Locale.ROOT)),
                          sorted.size(),
                          sorted.get(sorted.size() / 2),
                          sorted.get(sorted.size() - 1)));
            });
    return text.toString();
  }
}
