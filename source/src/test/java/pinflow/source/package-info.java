/** Tests of the source, against a real database. */
@NullMarked
package pinflow.source;

import org.jspecify.annotations.NullMarked;
