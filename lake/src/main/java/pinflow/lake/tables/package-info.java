/** The lake's Delta tables: where they are, their columns, commits that happen once. */
@NullMarked
package pinflow.lake.tables;

import org.jspecify.annotations.NullMarked;
