/** The live way: a query per stream, that takes records into tables seconds after they are put. */
@NullMarked
package pinflow.lake.live;

import org.jspecify.annotations.NullMarked;
