/** The commands, and the configuration that they read. */
@NullMarked
package pinflow.cli;

import org.jspecify.annotations.NullMarked;
