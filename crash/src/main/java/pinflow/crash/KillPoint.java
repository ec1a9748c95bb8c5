package pinflow.crash;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A place in the code at which a process is killed: on entry to a method, the thread stopped there.
 *
 * <p>Names of other programs' methods are those of the versions in the parent's pom.xml. A point
 * that is not reached fails the run, so a renamed method does not go unnoticed.
 */
enum KillPoint {
  // The gateway.
  GATEWAY_RECORDS_NOT_SENT(
      Victim.UP, "pinflow.gateway.log.Appender#send", "request read, no record handed to the log"),
  GATEWAY_REPLY_NOT_SENT(
      Victim.UP, "pinflow.gateway.kafka.Produce#answer", "records acknowledged, reply not sent"),
  GATEWAY_KEYS_BEING_READ(
      Victim.UP,
      When.AT_START,
      "pinflow.gateway.log.Receipts#learn",
      "starting, keys of the log half read"),

  // The log.
  LOG_NOT_WRITTEN(
      Victim.UP,
      "org.apache.kafka.storage.internals.log.LocalLog#append",
      "records checked, not in the file"),
  LOG_NOT_SYNCED(
      Victim.UP,
      "org.apache.kafka.storage.internals.log.LocalLog#flush",
      "records in the file, not synced"),
  LOG_NOT_ACKNOWLEDGED(
      Victim.UP,
      "org.apache.kafka.storage.internals.log.LocalLog#markFlushed",
      "records synced, not acknowledged"),
  LOG_BEING_RECOVERED(
      Victim.UP,
      When.AT_START,
      "org.apache.kafka.storage.internals.log.LogLoader#load",
      "starting, the log being checked after a crash"),
  LOG_BEING_CLOSED(
      Victim.UP, When.AT_END, "pinflow.platform.Broker#close", "ending, the log not yet closed"),

  // The sink and the store.
  SINK_BEGINS(Victim.UP, When.AT_START, "pinflow.sink.Chain#end", "starting, objects being listed"),
  SINK_BEFORE_PUT(Victim.UP, "pinflow.sink.Bucket#putIfAbsent", "an object ready to be sent"),
  STORE_RECEIVED(
      Victim.UP,
      "java.nio.file.Files#createLink",
      "org.gaul.s3proxy.nio2blob.",
      "an object received by the store, without its name"),
  SINK_AFTER_PUT(
      Victim.UP, "pinflow.sink.PartitionWriter#drop", "an object stored, the sink not gone on"),

  // The start of the whole.
  UP_NO_TOPICS(
      Victim.UP, When.AT_START, "pinflow.platform.Topics#create", "parts started, topics not made"),
  UP_NO_SINK(
      Victim.UP, When.AT_START, "pinflow.platform.Connectors#put", "worker started, without sink"),
  UP_NOT_READY(
      Victim.UP,
      When.AT_START,
      "pinflow.cli.Running#withState",
      "all started, not said to be ready"),

  // The emulator.
  EMULATOR_NOT_SENT(
      Victim.EMULATOR, "pinflow.source.emulate.Gateway#post", "posts read, request not sent"),
  EMULATOR_NOT_JOURNALED(
      Victim.EMULATOR,
      "pinflow.source.emulate.Journal#acknowledge",
      "receipt come, not in the journal"),
  EMULATOR_JOURNAL_NOT_SYNCED(
      Victim.EMULATOR,
      "sun.nio.ch.FileChannelImpl#force",
      "pinflow.source.emulate.Journal",
      "receipt in the journal, not synced"),

  // The lake.
  LAKE_NOT_PLANNED(
      Victim.SPARK, "pinflow.lake.batch.Batches#agree", "objects read, plan not written"),
  LAKE_PLANNED(Victim.SPARK, "pinflow.lake.batch.Outcomes#of", "plan written, nothing cleaned"),
  LAKE_NOT_COMMITTED(
      Victim.SPARK, "pinflow.lake.tables.LakeTables#atOnce", "cleaned, nothing committed"),
  LAKE_COMMIT_NOT_NAMED(
      Victim.SPARK,
      "java.nio.file.Files#createLink",
      "pinflow.lake.tables.LocalLogStore",
      "a table's commit written, without its name"),
  LAKE_TWO_TABLES(
      Victim.SPARK,
      "java.nio.file.Files#createLink",
      "pinflow.lake.tables.LocalLogStore",
      3,
      "plan and one more commit there, the third not"),
  LAKE_NO_OUTCOMES(
      Victim.SPARK,
      "pinflow.lake.batch.TableRows#outcomeRows",
      "rows committed to their tables, outcomes not"),
  LAKE_NO_ANSWERS(
      Victim.SPARK, "pinflow.lake.answers.Answers#write", "batch done, answers of the one before"),
  LAKE_HALF_ANSWERED(
      Victim.SPARK, "pinflow.lake.answers.Answers#write", null, 5, "half of the answers written");

  /** In what part of the victim's life. */
  enum When {
    /** Before it is ready. */
    AT_START,
    /** While it works. */
    AT_WORK,
    /** After it was asked to end. */
    AT_END
  }

  final Victim victim;
  final When when;
  final String type;
  final String method;

  /** Counts only calls that come, however deep, from a type whose name begins so. */
  final @Nullable String within;

  /** The call at which it happens, 1 for the first. */
  final int call;

  /** In words. */
  final String words;

  KillPoint(Victim victim, String place, String words) {
    this(victim, When.AT_WORK, place, null, 1, words);
  }

  KillPoint(Victim victim, When when, String place, String words) {
    this(victim, when, place, null, 1, words);
  }

  KillPoint(Victim victim, String place, @Nullable String within, String words) {
    this(victim, When.AT_WORK, place, within, 1, words);
  }

  KillPoint(Victim victim, String place, @Nullable String within, int call, String words) {
    this(victim, When.AT_WORK, place, within, call, words);
  }

  KillPoint(
      Victim victim, When when, String place, @Nullable String within, int call, String words) {
    this.victim = victim;
    this.when = when;
    this.type = place.substring(0, place.indexOf('#'));
    this.method = place.substring(place.indexOf('#') + 1);
    this.within = within;
    this.call = call;
    this.words = words;
  }

  /** Whether the method is there, so that a renamed one is noticed at once. */
  boolean isIn(ClassLoader programs) {
    try {
      return Arrays.stream(Class.forName(type, false, programs).getDeclaredMethods())
          .anyMatch(m -> m.getName().equals(method));
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
