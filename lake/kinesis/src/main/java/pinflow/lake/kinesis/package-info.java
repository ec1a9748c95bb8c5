/** A Spark Structured Streaming source for Kinesis: {@code readStream().format("kinesis")}. */
@NullMarked
package pinflow.lake.kinesis;

import org.jspecify.annotations.NullMarked;
