/** Tests of the sink at its two doors: Connect's task interface and an S3 store. */
@NullMarked
package pinflow.sink;

import org.jspecify.annotations.NullMarked;
