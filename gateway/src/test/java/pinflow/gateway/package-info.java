/** The gateway at its door: a real broker, a real HTTP client. */
@NullMarked
package pinflow.gateway;

import org.jspecify.annotations.NullMarked;
