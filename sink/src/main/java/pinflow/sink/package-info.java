/** The Kafka Connect S3 sink: from the log's partitions to JSON lines in a bucket, exactly once. */
@NullMarked
package pinflow.sink;

import org.jspecify.annotations.NullMarked;
