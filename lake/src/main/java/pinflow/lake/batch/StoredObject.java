package pinflow.lake.batch;

import java.io.Serializable;

/**
 * An object that is part of a batch, whole as a rule.
 *
 * @param firstOffset from which on it is taken; that with which it begins, or a later one
 * @param lastOffset up to which it is taken; that of its last record, or an earlier one
 */
record StoredObject(String topic, int partition, String key, long firstOffset, long lastOffset)
    implements Serializable {}
