/** The daily run: what is new in the store, cleaned into the tables, each event once. */
@NullMarked
package pinflow.lake.batch;

import org.jspecify.annotations.NullMarked;
