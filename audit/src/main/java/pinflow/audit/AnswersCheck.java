package pinflow.audit;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pinflow.audit.Fault.Kind;

/**
 * Whether the answers rest on every row of the tables that they name.
 *
 * @param batch the daily batch that they are of; -1 when there are none
 */
record AnswersCheck(long batch) {
  /** The tables that a question joins; those that are not here join pin and user. */
  private static final Map<String, List<String>> JOINED =
      Map.of(
          "category_by_country", List.of("pin", "geo"),
          "category_by_year", List.of("pin", "geo"),
          "top_user_by_country", List.of("pin", "geo"),
          "top_country", List.of("pin", "geo"),
          "users_joined_by_year", List.of("user"));

  static AnswersCheck of(LakeTables lake, EventLedger events, Consumer<Fault> faults) {
    long[] batch = {-1};
    lake.latest("answers/sources")
        .ifPresent(
            sources ->
                sources.forEach(
                    List.of("answer", "used", "unmatched", "left_out", "batch"),
                    row -> {
                      batch[0] = EventLedger.number(row[4]);
                      // Of an older batch, the tables have gone on: nothing to hold it against.
                      if (batch[0] == events.done() && !events.underWay()) {
                        check(row, events, faults);
                      }
                    }));
    if (batch[0] > events.done() && events.done() == EventLedger.done(lake)) {
      faults.accept(
          new Fault(
              Kind.EVENT_MISSING,
              "events",
              "the answers are of batch %d, the table ends with batch %d: what was committed after it is gone"
                  .formatted(batch[0], events.done())));
    }
    return new AnswersCheck(batch[0]);
  }

  private static void check(@Nullable Object[] answer, EventLedger events, Consumer<Fault> faults) {
    String name = String.valueOf(answer[0]);
    List<String> tables = JOINED.getOrDefault(name, List.of("pin", "user"));
    long joined = EventLedger.number(answer[1]) + EventLedger.number(answer[3]);
    long rested = tables.size() * joined + EventLedger.number(answer[2]);
    long rows = tables.stream().mapToLong(events::rows).sum();
    if (rested != rows) {
      faults.accept(
          new Fault(
              Kind.ANSWER_DIFFERS,
              "answers/" + name,
              "it rests on %,d rows of %s, which have %,d"
                  .formatted(rested, String.join(" and ", tables), rows)));
    }
  }
}
