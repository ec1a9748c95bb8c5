/**
 * Kills a running Pinflow at named points and at random moments, and sees that every event is
 * accounted for.
 */
@NullMarked
package pinflow.crash;

import org.jspecify.annotations.NullMarked;
