/**
 * Jobs by name: what each runs, with which parameters and limits, when, and what happens when it
 * fails.
 */
@NullMarked
package pinflow.control.jobs;

import org.jspecify.annotations.NullMarked;
