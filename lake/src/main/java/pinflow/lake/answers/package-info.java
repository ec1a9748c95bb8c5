/** The questions, a file each under the resources, and their answers as tables. */
@NullMarked
package pinflow.lake.answers;

import org.jspecify.annotations.NullMarked;
