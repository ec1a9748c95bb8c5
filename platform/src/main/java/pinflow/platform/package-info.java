/**
 * The embedded parts: each a real server with a small lifecycle, for those who have none to point
 * at.
 */
@NullMarked
package pinflow.platform;

import org.jspecify.annotations.NullMarked;
