package pinflow.source.emulate;

/** Where the log holds a record. */
record Receipt(int partition, long offset) {}
