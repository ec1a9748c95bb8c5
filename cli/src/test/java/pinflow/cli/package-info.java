/** Tests of the commands at their doors. */
@NullMarked
package pinflow.cli;

import org.jspecify.annotations.NullMarked;
