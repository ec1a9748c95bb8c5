@NullMarked
package pinflow.control.runs;

import org.jspecify.annotations.NullMarked;
