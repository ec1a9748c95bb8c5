@NullMarked
package pinflow.control;

import org.jspecify.annotations.NullMarked;
