@NullMarked
package pinflow.control.schedule;

import org.jspecify.annotations.NullMarked;
