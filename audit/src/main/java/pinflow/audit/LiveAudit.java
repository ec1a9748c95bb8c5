package pinflow.audit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import pinflow.audit.Fault.Kind;
import pinflow.audit.LiveReport.Shard;

/**
 * Accounts for every record of the live way's streams: receipt, log, outcome, row. Reads only, and
 * may be asked while everything runs.
 */
public final class LiveAudit implements AutoCloseable {
  /** Before the name of a stream's topic (contracts/streams.md). */
  static final String TOPIC = "_stream.";

  /** Between two batches of a query all its tables are of one state; so many looks find it. */
  private static final int LOOKS = 20;

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

  private final String bootstrap;
  private final LogOffsets log;
  private final LakeTables lake;
  private final @Nullable Path journal;

  /**
   * @param bootstrap the broker's address
   * @param journal the streaming emulator's; null for none
   */
  public LiveAudit(String bootstrap, LakeTables lake, @Nullable Path journal) {
    this.bootstrap = bootstrap;
    this.log = new LogOffsets(bootstrap);
    this.lake = lake;
    this.journal = journal;
  }

  /**
   * Audits the streams of a pipeline, as far as they are there, by their numbers.
   *
   * @throws AuditException when a hop cannot be read
   */
  public LiveReport run(String id) {
    return run(id, false);
  }

  /** And by their contents: rows against their events, the quarantine against what was sent. */
  public LiveReport runDeep(String id) {
    return run(id, true);
  }

  private LiveReport run(String id, boolean deep) {
    List<Fault> faults = Collections.synchronizedList(new ArrayList<>());
    Receipts receipts = Receipts.read(journal);
    List<Shard> shards = new ArrayList<>();
    List<String> underWay = new ArrayList<>();
    long records = 0;
    long rows = 0;
    for (String table : EventLedger.TABLES) {
      String stream = stream(id, table);
      String prefix = id + "_" + table;
      Optional<AuditedTables> tables = atRest(prefix);
      if (tables.isEmpty() && lake.latest(prefix + "_events").isPresent()) {
        underWay.add(stream);
      }
      EventLedger events =
          EventLedger.read(tables.orElseGet(() -> AuditedTables.live(lake, prefix)), faults::add);
      List<Shard> ofStream = shards(stream, events, receipts, faults);
      shards.addAll(ofStream);
      if (!underWay.contains(stream)) {
        events.checkRows();
      }
      if (deep && tables.isPresent()) {
        RowsOfEvents contents = RowsOfEvents.read(tables.get(), faults::add);
        rows += contents.rows();
        StreamContents sent = new StreamContents(bootstrap, contents, faults::add);
        for (Shard shard : ofStream) {
          records +=
              sent.check(
                  new TopicPartition(stream, shard.shard()),
                  shard.logBegin(),
                  Math.min(shard.end(), shard.logEnd()));
        }
      }
    }
    return new LiveReport(
        shards, underWay, deep ? new LiveReport.Compared(records, rows) : null, faults);
  }

  /** The stream that fills a table. */
  static String stream(String id, String table) {
    return "streaming-%s-%s".formatted(id, table);
  }

  /** The tables of a query, all of one batch; nothing if it commits all the time. */
  private Optional<AuditedTables> atRest(String prefix) {
    Optional<String> application = application(prefix);
    for (int look = 0; application.isPresent() && look < LOOKS; look++) {
      if (look > 0) {
        LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
      }
      // The events first and last: what is between them is of no other batch.
      long before = lake.latest(prefix + "_events").map(LakeTable::version).orElse(-1L);
      AuditedTables tables = AuditedTables.live(lake, prefix);
      long after = lake.latest(prefix + "_events").map(LakeTable::version).orElse(-1L);
      if (before == after && isWhole(tables, application.get())) {
        return Optional.of(tables);
      }
    }
    return Optional.empty();
  }

  /** Events are committed last: a table that is ahead has a batch that is not done. */
  private static boolean isWhole(AuditedTables tables, String application) {
    long done = tables.events().map(events -> events.lastTransaction(application)).orElse(-1L);
    return tables.rows().values().stream().allMatch(t -> t.lastTransaction(application) <= done)
        && tables.quarantine().map(t -> t.lastTransaction(application)).orElse(-1L) <= done;
  }

  /** Under which a query commits: of its checkpoint. */
  private Optional<String> application(String prefix) {
    return lake.document("_checkpoints/" + prefix + "_table/metadata")
        .map(metadata -> "pinflow-live-" + metadata.path("id").asText());
  }

  private List<Shard> shards(
      String stream, EventLedger events, Receipts receipts, List<Fault> faults) {
    Map<Integer, LogOffsets.Range> ranges =
        log.of(log.there(List.of(TOPIC + stream))).entrySet().stream()
            .collect(Collectors.toMap(e -> e.getKey().partition(), Map.Entry::getValue));
    events.endWhereEventsDo();
    List<Shard> shards = new ArrayList<>();
    ranges.forEach(
        (number, range) -> {
          TopicPartition shard = new TopicPartition(stream, number);
          Offsets acknowledged = receipts.of(shard);
          check(shard, range, events, acknowledged, faults);
          shards.add(
              new Shard(
                  stream,
                  number,
                  acknowledged.size(),
                  range.begin(),
                  range.end(),
                  events.end(shard),
                  events.counts(shard)));
        });
    receipts.partitions().stream()
        .filter(shard -> shard.topic().equals(stream) && !ranges.containsKey(shard.partition()))
        .forEach(
            shard ->
                faults.add(
                    new Fault(
                        Kind.RECEIPT_NOT_IN_LOG,
                        EventLedger.place(shard),
                        "%,d records were acknowledged, and there is no such shard in the log"
                            .formatted(receipts.of(shard).size()))));
    return shards;
  }

  private static void check(
      TopicPartition shard,
      LogOffsets.Range range,
      EventLedger events,
      Offsets acknowledged,
      Collection<Fault> faults) {
    String place = EventLedger.place(shard);
    long unseen = acknowledged.size() - acknowledged.below(range.end());
    if (unseen > 0) {
      faults.add(
          new Fault(
              Kind.RECEIPT_NOT_IN_LOG,
              place,
              "%,d acknowledged records are behind the log's end, offset %d"
                  .formatted(unseen, range.end())));
    }
    if (range.end() < events.end(shard)) {
      faults.add(
          new Fault(
              Kind.LOG_CUT,
              place,
              "the log ends before offset %d, the live way has taken records in up to %d"
                  .formatted(range.end(), events.end(shard) - 1)));
    }
    long missing = events.missing(shard, range.begin());
    if (missing > 0) {
      faults.add(
          new Fault(
              Kind.EVENT_MISSING,
              place,
              "%,d records before offset %d, up to which the live way has come, have no outcome"
                  .formatted(missing, events.end(shard))));
    }
    events.checkReceipts(shard, acknowledged);
  }

  @Override
  public void close() {
    log.close();
  }
}
