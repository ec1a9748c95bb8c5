/**
 * The Kinesis API over the log: a stream is a topic, a shard a partition, a sequence number an
 * offset.
 */
@NullMarked
package pinflow.gateway.kinesis;

import org.jspecify.annotations.NullMarked;
