/** Tests of the generator. */
@NullMarked
package pinflow.source.generate;

import org.jspecify.annotations.NullMarked;
