/** What stands in Pinflow's way, found before it does. Each check is handed what it looks at. */
@NullMarked
package pinflow.cli.doctor;

import org.jspecify.annotations.NullMarked;
