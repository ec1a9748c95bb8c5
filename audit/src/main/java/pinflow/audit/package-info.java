/** Reads every hop and changes none: the ledger's counts, and the lake's tables without Spark. */
@NullMarked
package pinflow.audit;

import org.jspecify.annotations.NullMarked;
