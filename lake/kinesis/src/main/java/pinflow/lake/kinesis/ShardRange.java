package pinflow.lake.kinesis;

import org.apache.spark.sql.connector.read.InputPartition;

/**
 * The records of a shard that a batch has: those beyond a position, up to and with one.
 *
 * @param through a sequence number
 */
record ShardRange(String shard, ShardPosition from, String through) implements InputPartition {}
