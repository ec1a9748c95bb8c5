/** The log, piece by piece. */
@NullMarked
package pinflow.gateway.log;

import org.jspecify.annotations.NullMarked;
