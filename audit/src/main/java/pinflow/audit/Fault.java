package pinflow.audit;

import java.util.Locale;

/**
 * Something that should not be.
 *
 * @param where a place such as {@code 0e03d1c30c91.pin/2}, an object's key, a table
 * @param what happened, in a sentence
 */
public record Fault(Kind kind, String where, String what) {
  /** The kinds, from the HTTP receipt to the answer. */
  public enum Kind {
    /** The gateway acknowledged a record that the log does not hold. */
    RECEIPT_NOT_IN_LOG,
    /** The log ends before the objects do, or lost records before they were in one. */
    LOG_CUT,
    /** Offsets that should be in an object are in none. */
    OBJECT_MISSING,
    /** Offsets are in two objects, or an object's name is not that of its content. */
    OBJECT_DOUBLE,
    /** An object is not as long as it was written, or its metadata contradict themselves. */
    OBJECT_CHANGED,
    /** A record of an object is not what the log holds (only {@code --deep} sees it). */
    RECORD_DIFFERS,
    /** An event of an object that was taken in has no outcome. */
    EVENT_MISSING,
    /** An event has two outcomes. */
    EVENT_DOUBLE,
    /**
     * An outcome speaks of an event that is in no object, or names one that is not what it should
     * be.
     */
    EVENT_UNKNOWN,
    /** An event repeats one that has another content (only {@code --deep} sees it). */
    EVENT_CHANGED,
    /** A clean or quarantined event has no row. */
    ROW_MISSING,
    /** An event has two rows, or an ind has. */
    ROW_DOUBLE,
    /** A row comes from an event that is not clean (or, in quarantine, not quarantined). */
    ROW_UNKNOWN,
    /** A row has not its event's content (only {@code --deep} sees it). */
    ROW_CHANGED,
    /** An answer does not rest on all rows of the tables that it names. */
    ANSWER_DIFFERS;

    /** As in JSON: {@code object-missing}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
