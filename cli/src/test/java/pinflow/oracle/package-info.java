/** The answers and the cleaned tables computed a second time, by DuckDB, to judge Spark's. */
@NullMarked
package pinflow.oracle;

import org.jspecify.annotations.NullMarked;
