/** Each part is started once and judged by its users' own clients. */
@NullMarked
package pinflow.platform;

import org.jspecify.annotations.NullMarked;
