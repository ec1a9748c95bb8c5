/** Runs: the launcher of Spark and what a run reports. */
@NullMarked
package pinflow.control;

import org.jspecify.annotations.NullMarked;
