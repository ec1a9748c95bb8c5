/** Benchmarks: bounded in time, on loopback only, each a {@code main} that prints a table. */
@NullMarked
package pinflow.bench;

import org.jspecify.annotations.NullMarked;
