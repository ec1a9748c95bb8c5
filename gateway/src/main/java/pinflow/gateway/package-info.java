/**
 * The HTTP door to the log: one server whose paths are answered by dialects, with its limits and
 * health.
 */
@NullMarked
package pinflow.gateway;

import org.jspecify.annotations.NullMarked;
