/** The dialect, piece by piece. */
@NullMarked
package pinflow.gateway.kafka;

import org.jspecify.annotations.NullMarked;
