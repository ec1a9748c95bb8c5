package pinflow.lake.batch;

import java.io.Serializable;

/**
 * An object that is part of a batch.
 *
 * @param firstOffset the offset with which it begins, in its key and metadata
 * @param lastOffset that of its last record
 */
record StoredObject(String topic, int partition, String key, long firstOffset, long lastOffset)
    implements Serializable {}
