/** Runs that are due by the clock, each once, whichever control processes live. */
@NullMarked
package pinflow.control.schedule;

import org.jspecify.annotations.NullMarked;
