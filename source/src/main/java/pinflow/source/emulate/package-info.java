/** The emulators: users who post, played from the rows of the source database. */
@NullMarked
package pinflow.source.emulate;

import org.jspecify.annotations.NullMarked;
