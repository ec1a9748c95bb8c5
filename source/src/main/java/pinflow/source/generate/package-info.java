/** Posts of our own making with the shapes and the dirt of the original's data. */
@NullMarked
package pinflow.source.generate;

import org.jspecify.annotations.NullMarked;
