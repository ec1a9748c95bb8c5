/** What is expected of the tables after a run. */
@NullMarked
package pinflow.lake.expect;

import org.jspecify.annotations.NullMarked;
