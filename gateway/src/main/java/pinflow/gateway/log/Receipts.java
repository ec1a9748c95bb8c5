package pinflow.gateway.log;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import pinflow.gateway.log.IdempotencyKey.Part;
import pinflow.gateway.log.Outcome.Written;

/**
 * The window of idempotency keys: what this gateway knows to be in the log under each key, and what
 * is on its way there.
 *
 * <p>All records of a request bear one timestamp, the time of its first attempt. So a key is either
 * wholly inside the window or wholly outside, and everything written under it is found by reading
 * the topic from that time on.
 */
final class Receipts {
  private static final int RECORDS_PER_KEY = 10;

  private final InstantSource clock;
  private final Duration window;
  private final long maxKeys;
  private final Map<Scope, Entry> entries = new LinkedHashMap<>();
  private long records;

  /** Keys of different topics do not meet, nor those of a topic deleted and made anew. */
  private record Scope(Uuid topic, String key) {}

  /** One key's request. Guarded by the window's lock. */
  private static final class Entry {
    final String bodyHash;
    final long timestamp;
    final int[] partitions;
    final long[] offsets;
    // Set while records are on their way: a repeated request waits for these.
    @Nullable Append pending;
    // Some record may be in the log without our knowing: the log must be read before writing.
    boolean unresolved;

    Entry(String bodyHash, int parts, long timestamp) {
      this.bodyHash = bodyHash;
      this.timestamp = timestamp;
      this.partitions = new int[parts];
      this.offsets = new long[parts];
      Arrays.fill(offsets, -1);
    }

    boolean isFor(IdempotencyKey key, int parts) {
      return bodyHash.equals(key.bodyHash()) && offsets.length == parts;
    }

    boolean isComplete() {
      return Arrays.stream(offsets).noneMatch(offset -> offset < 0);
    }

    boolean isEmpty() {
      return Arrays.stream(offsets).allMatch(offset -> offset < 0);
    }

    void put(int index, int partition, long offset) {
      partitions[index] = partition;
      offsets[index] = offset;
    }

    Append append(Runnable settled) {
      Append append = new Append(offsets.length, settled);
      for (int i = 0; i < offsets.length; i++) {
        if (offsets[i] >= 0) {
          append.settle(i, new Written(partitions[i], offsets[i]));
        }
      }
      return append;
    }
  }

  /** What a request under a key has to do. */
  sealed interface Step {
    /** The key names another body. */
    record Refuse() implements Step {}

    /** Written already, or on its way. */
    record Wait(Append append) implements Step {}

    /**
     * The append's open records are the caller's to write, with this timestamp.
     *
     * @param readFirst records may be in the log unknown to us: read it from the timestamp on
     */
    record Write(Append append, long timestamp, boolean readFirst) implements Step {}
  }

  Receipts(InstantSource clock, Duration window, long maxKeys) {
    this.clock = clock;
    this.window = window;
    this.maxKeys = maxKeys;
  }

  /** Epoch milliseconds; keys first used before it are forgotten. */
  long oldest() {
    return clock.millis() - window.toMillis();
  }

  synchronized Step claim(Uuid topic, IdempotencyKey key, int parts) {
    Scope scope = new Scope(topic, key.key());
    Entry entry = entries.get(scope);
    if (entry != null && entry.timestamp < oldest() && entry.pending == null) {
      remove(scope);
      entry = null;
    }
    if (entry == null) {
      entry = new Entry(key.bodyHash(), parts, clock.millis());
      entries.put(scope, entry);
      records += parts;
    } else if (!entry.isFor(key, parts)) {
      return new Step.Refuse();
    } else if (entry.pending != null) {
      return new Step.Wait(entry.pending);
    } else if (entry.isComplete()) {
      return new Step.Wait(entry.append(() -> {}));
    }
    Entry claimed = entry;
    Append append = entry.append(() -> settled(scope, claimed));
    entry.pending = append;
    evict(); // only now: what is pending stays, however large
    return new Step.Write(append, entry.timestamp, entry.unresolved);
  }

  private synchronized void settled(Scope scope, Entry entry) {
    Append append = entry.pending;
    if (append == null) {
      return; // only a claim sets it, and only its own append comes here
    }
    entry.pending = null;
    entry.unresolved = false;
    for (int i = 0; i < append.size(); i++) {
      Outcome outcome = append.outcome(i);
      if (outcome instanceof Written written) {
        entry.put(i, written.partition(), written.offset());
      } else if (outcome instanceof Outcome.Failed failed) {
        entry.unresolved |= failed.reason() != Outcome.Reason.TOO_LARGE;
      }
    }
    if (entry.isEmpty() && !entry.unresolved) {
      remove(scope); // certainly nothing was written: the key is free
    }
  }

  /** Takes note of a record found in the log, and tells a request that waits to write it. */
  synchronized void learn(Part part, Uuid topic, int partition, long offset, long timestamp) {
    Scope scope = new Scope(topic, part.key().key());
    Entry entry = entries.get(scope);
    if (entry == null
        || (!entry.isFor(part.key(), part.parts())
            && entry.timestamp < timestamp
            && entry.pending == null)) {
      remove(scope);
      entry = new Entry(part.key().bodyHash(), part.parts(), timestamp);
      entry.unresolved = true;
      entries.put(scope, entry);
      records += part.parts();
    }
    if (!entry.isFor(part.key(), part.parts())) {
      return; // the key's older use, with another body
    }
    if (entry.pending != null) {
      entry.pending.settle(part.index(), new Written(partition, offset));
    } else if (entry.offsets[part.index()] < 0
        || (entry.partitions[part.index()] == partition && entry.offsets[part.index()] > offset)) {
      entry.put(part.index(), partition, offset);
    }
  }

  synchronized boolean isFull() {
    return entries.size() >= maxKeys || records >= maxKeys * RECORDS_PER_KEY;
  }

  /** After learning in no particular order: the oldest first again, and no more than allowed. */
  synchronized void sort() {
    var sorted = new ArrayList<>(entries.entrySet());
    sorted.sort(Comparator.comparingLong(e -> e.getValue().timestamp));
    entries.clear();
    sorted.forEach(e -> entries.put(e.getKey(), e.getValue()));
    evict();
  }

  private void remove(Scope scope) {
    Entry removed = entries.remove(scope);
    if (removed != null) {
      records -= removed.offsets.length;
    }
  }

  private void evict() {
    long oldest = oldest();
    Iterator<Entry> eldest = entries.values().iterator();
    while (eldest.hasNext()) {
      Entry entry = eldest.next();
      boolean over = entries.size() > maxKeys || records > maxKeys * RECORDS_PER_KEY;
      if (!over && entry.timestamp >= oldest) {
        return;
      }
      if (entry.pending == null) {
        eldest.remove();
        records -= entry.offsets.length;
      }
    }
  }
}
