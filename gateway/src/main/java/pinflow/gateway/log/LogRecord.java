package pinflow.gateway.log;

import org.jspecify.annotations.Nullable;

/**
 * A record to append.
 *
 * @param partition null lets Kafka choose: by the key's hash, or any when there is no key
 * @param value null is a tombstone
 */
// A carrier on the hot path, never compared: arrays, not lists.
@SuppressWarnings("ArrayRecordComponent")
public record LogRecord(
    @Nullable Integer partition, byte @Nullable [] key, byte @Nullable [] value) {}
