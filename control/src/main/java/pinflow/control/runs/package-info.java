/**
 * Runs: rows in a database, moved from state to state by conditional updates, and the processes
 * that do the work.
 */
@NullMarked
package pinflow.control.runs;

import org.jspecify.annotations.NullMarked;
