package pinflow.audit;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.Roaring64Bitmap;
import pinflow.audit.Fault.Kind;
import pinflow.audit.Hops.Outcome;

/**
 * What the lake says of every event: its outcome in {@code events}, its row in a table. Held as
 * sets of offsets by partition, so that a million events take a few megabytes.
 */
final class EventLedger {
  static final List<String> TABLES = List.of("pin", "geo", "user");
  private static final String APPLICATION = "pinflow-daily";

  private final Map<TopicPartition, Account> accounts = new ConcurrentHashMap<>();
  private final Consumer<Fault> faults;
  private final Map<TopicPartition, Long> ends = new HashMap<>();
  private final Map<String, Long> tableRows = new HashMap<>();
  private long done = -1;
  private boolean underWay;

  /** A partition's events by outcome, and those that others point to. */
  private static final class Account {
    private final Map<Outcome, Offsets> outcomes = new EnumMap<>(Outcome.class);
    private final Offsets all = new Offsets();
    private final Offsets repeated = new Offsets();
    private final Offsets preferred = new Offsets();
    private final Offsets rows = new Offsets();
    private final Offsets quarantineRows = new Offsets();

    private Offsets of(Outcome outcome) {
      return outcomes.computeIfAbsent(outcome, o -> new Offsets());
    }
  }

  private EventLedger(Consumer<Fault> faults) {
    this.faults = faults;
  }

  /**
   * Reads the lake's tables once: {@code events} beside the others, of which each sets other sets
   * of an account.
   *
   * @param faults told by two threads
   */
  static EventLedger read(AuditedTables tables, Consumer<Fault> faults) {
    EventLedger ledger = new EventLedger(faults);
    CompletableFuture<Void> rows = CompletableFuture.runAsync(() -> ledger.readRows(tables));
    try {
      tables.events().ifPresent(ledger::readEvents);
      tables.batches().ifPresent(batches -> ledger.readBatches(batches, tables.mended()));
      rows.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof AuditException known ? known : e;
    }
    ledger.underWay |= tables.before() != ledger.done;
    return ledger;
  }

  private void readRows(AuditedTables tables) {
    tables.rows().forEach(this::readRows);
    tables.quarantine().ifPresent(quarantine -> readRows("quarantine", quarantine));
  }

  /** The number of the last daily batch that is done by now. */
  static long done(LakeTables lake) {
    return lake.latest("events").map(e -> e.lastTransaction(APPLICATION)).orElse(-1L);
  }

  /** The number of the last daily batch that is done; -1 before the first. */
  long done() {
    return done;
  }

  /** Whether a daily run is in the middle of its commits, so that rows and events may differ. */
  boolean underWay() {
    return underWay;
  }

  long rows(String table) {
    return tableRows.getOrDefault(table, 0L);
  }

  /** The offset after the last event of a partition that the lake has taken in. */
  long end(TopicPartition partition) {
    return ends.getOrDefault(partition, 0L);
  }

  /** Where nobody plans batches: each partition ends with its last event. */
  void endWhereEventsDo() {
    accounts.forEach(
        (partition, account) ->
            ends.put(partition, account.all.isEmpty() ? 0 : account.all.last() + 1));
  }

  /** How many offsets from a begin, or the first event before it, to the end have no outcome. */
  long missing(TopicPartition partition, long begin) {
    Offsets all = events(partition);
    long first = all.isEmpty() ? begin : Math.min(begin, all.first());
    return Math.max(0, end(partition) - first) - all.size();
  }

  Map<Outcome, Long> counts(TopicPartition partition) {
    Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
    Account account = accounts.get(partition);
    if (account != null) {
      account.outcomes.forEach((outcome, offsets) -> counts.put(outcome, offsets.size()));
    }
    return counts;
  }

  /** Whether every event of the objects that were taken in has an outcome. */
  void checkAgainst(TopicPartition partition, ObjectChain chain) {
    Offsets events = events(partition);
    long end = end(partition);
    for (StoredObjects.Range object : chain.ranges()) {
      if (object.last() < end) {
        long found = events.below(object.last() + 1) - events.below(object.first());
        if (found < object.records()) {
          faults.accept(
              new Fault(
                  Kind.EVENT_MISSING,
                  object.key(),
                  "%,d of its %,d events have no outcome in the table events"
                      .formatted(object.records() - found, object.records())));
        } else if (found > object.records()) {
          faults.accept(
              new Fault(
                  Kind.EVENT_UNKNOWN,
                  object.key(),
                  "it holds %,d events, the table events has outcomes of %,d"
                      .formatted(object.records(), found)));
        }
      } else if (object.first() < end) {
        faults.accept(
            new Fault(
                Kind.OBJECT_CHANGED,
                object.key(),
                "it reaches to offset %d, but when the lake took it in it ended before %d"
                    .formatted(object.last(), end)));
      }
    }
    if (chain.end() < end) {
      faults.accept(
          new Fault(
              Kind.OBJECT_MISSING,
              place(partition),
              "the lake has taken events in up to offset %d, the objects end before %d"
                  .formatted(end - 1, chain.end())));
    }
    long beyond = events.size() - events.below(end);
    if (beyond > 0 && !underWay) {
      faults.accept(
          new Fault(
              Kind.EVENT_UNKNOWN,
              place(partition),
              "%,d events lie behind offset %d, up to which the lake has taken events in"
                  .formatted(beyond, end - 1)));
    }
  }

  /** Whether every record with a receipt that the lake has come past has an outcome. */
  void checkReceipts(TopicPartition partition, Offsets receipts) {
    Offsets lost = receipts.minus(events(partition));
    long missing = lost.below(end(partition));
    if (missing > 0) {
      faults.accept(
          new Fault(
              Kind.EVENT_MISSING,
              place(partition),
              "%,d acknowledged records have no outcome; the first is that at offset %d"
                  .formatted(missing, lost.first())));
    }
  }

  /** Whether the rows of the tables are those of the events' outcomes, one each. */
  void checkRows() {
    accounts.forEach(
        (partition, account) -> {
          Offsets clean = account.of(Outcome.CLEAN);
          Offsets standing = clean.plus(account.of(Outcome.SUPERSEDED));
          differ(
              partition,
              account.repeated,
              standing,
              Kind.EVENT_UNKNOWN,
              "duplicates repeat an event that does not stand");
          differ(
              partition,
              account.preferred,
              clean,
              Kind.EVENT_UNKNOWN,
              "superseded events gave way to one that is not clean");
          if (!underWay) {
            differ(partition, clean, account.rows, Kind.ROW_MISSING, "clean events have no row");
            differ(
                partition,
                account.rows,
                clean,
                Kind.ROW_UNKNOWN,
                "rows come from an event that is not clean");
            Offsets quarantined = account.of(Outcome.QUARANTINED);
            differ(
                partition,
                quarantined,
                account.quarantineRows,
                Kind.ROW_MISSING,
                "quarantined events have no row in quarantine");
            differ(
                partition,
                account.quarantineRows,
                quarantined,
                Kind.ROW_UNKNOWN,
                "rows of quarantine come from an event that is not quarantined");
          }
        });
  }

  private void readEvents(LakeTable events) {
    done = events.lastTransaction(APPLICATION);
    LastAccount last = new LastAccount();
    events.forEach(
        List.of("topic", "partition", "offset", "outcome", "of_topic", "of_partition", "of_offset"),
        row -> {
          Account account = last.of(row[0], row[1]);
          long offset = number(row[2]);
          Outcome outcome = Outcome.of(String.valueOf(row[3]));
          if (!account.all.add(offset)) {
            faults.accept(
                new Fault(
                    Kind.EVENT_DOUBLE,
                    place(partition(row[0], row[1])) + "/" + offset,
                    "the table events has two outcomes of it"));
          }
          account.of(outcome).add(offset);
          if (row[6] != null) {
            Account target = account(partition(row[4], row[5]));
            (outcome == Outcome.DUPLICATE ? target.repeated : target.preferred).add(number(row[6]));
          }
        });
  }

  private void readBatches(LakeTable batches, Optional<LakeTable> mended) {
    // A plan is made only when the one before it is done.
    long planned = batches.lastTransaction(APPLICATION);
    underWay = planned == done + 1;
    if (planned > done + 1) {
      faults.accept(
          new Fault(
              Kind.EVENT_MISSING,
              "events",
              "batches are planned up to %d, the table ends with batch %d: what was committed after it is gone"
                  .formatted(planned, done)));
    }
    batches.forEach(
        List.of("batch", "topic", "partition", "last_offset"),
        row -> {
          if (number(row[0]) <= done) {
            ends.merge(partition(row[1], row[2]), number(row[3]) + 1, Math::max);
          }
        });
    MendedTexts.check(batches, mended, done, faults);
  }

  private void readRows(String table, LakeTable rows) {
    boolean quarantine = table.equals("quarantine");
    Roaring64Bitmap inds = new Roaring64Bitmap();
    long[] number = {0};
    LastAccount last = new LastAccount();
    rows.forEach(
        List.of("_topic", "_partition", "_offset", quarantine ? "table" : "ind"),
        row -> {
          Account account = last.of(row[0], row[1]);
          long offset = number(row[2]);
          if (!(quarantine ? account.quarantineRows : account.rows).add(offset)) {
            String event = place(partition(row[0], row[1])) + "/" + offset;
            faults.accept(new Fault(Kind.ROW_DOUBLE, table, "two rows come from event " + event));
          }
          if (!quarantine) {
            inds.addLong(number(row[3]));
          }
          number[0]++;
        });
    tableRows.put(table, number[0]);
    if (!quarantine && inds.getLongCardinality() < number[0]) {
      nameDoubles(table, rows);
    }
  }

  private void nameDoubles(String table, LakeTable rows) {
    Roaring64Bitmap inds = new Roaring64Bitmap();
    rows.forEach(
        List.of("ind"),
        row -> {
          long ind = number(row[0]);
          if (inds.contains(ind)) {
            faults.accept(new Fault(Kind.ROW_DOUBLE, table, "two rows have ind " + ind));
          }
          inds.addLong(ind);
        });
  }

  private void differ(
      TopicPartition partition, Offsets one, Offsets other, Kind kind, String what) {
    Offsets difference = one.minus(other);
    if (!difference.isEmpty()) {
      faults.accept(
          new Fault(
              kind,
              place(partition),
              "%,d %s; the first is that at offset %d"
                  .formatted(difference.size(), what, difference.first())));
    }
  }

  private Account account(TopicPartition partition) {
    return accounts.computeIfAbsent(partition, p -> new Account());
  }

  private Offsets events(TopicPartition partition) {
    return account(partition).all;
  }

  /** Of rows one after the other, most of which are of the partition of the one before. */
  private final class LastAccount {
    private @Nullable Object topic = LastAccount.class; // none yet
    private @Nullable Object partition;
    private Account account = new Account();

    Account of(@Nullable Object topic, @Nullable Object partition) {
      if (!Objects.equals(partition, this.partition) || !Objects.equals(topic, this.topic)) {
        this.topic = topic;
        this.partition = partition;
        this.account = account(partition(topic, partition));
      }
      return account;
    }
  }

  static TopicPartition partition(@Nullable Object topic, @Nullable Object partition) {
    return new TopicPartition(String.valueOf(topic), Math.toIntExact(number(partition)));
  }

  /** A table's number; -1, which no offset, count or batch is, for null. */
  static long number(@Nullable Object value) {
    return value instanceof Number number ? number.longValue() : -1;
  }

  static String place(TopicPartition partition) {
    return partition.topic() + "/" + partition.partition();
  }
}
