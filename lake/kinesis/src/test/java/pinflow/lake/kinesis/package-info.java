/** The source's tests: with a real Spark, and a real gateway in a process of its own. */
@NullMarked
package pinflow.lake.kinesis;

import org.jspecify.annotations.NullMarked;
