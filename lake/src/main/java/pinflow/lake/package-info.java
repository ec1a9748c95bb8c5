/** The lake's process: Spark, steered by JSON lines (contracts/lake-job.md). */
@NullMarked
package pinflow.lake;

import org.jspecify.annotations.NullMarked;
