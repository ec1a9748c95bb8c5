/** The source database: its three tables, who may read it, and the files it is filled from. */
@NullMarked
package pinflow.source;

import org.jspecify.annotations.NullMarked;
