/** The Jobs API in Databricks' dialect, so that its clients drive our runs. */
@NullMarked
package pinflow.control.databricks;

import org.jspecify.annotations.NullMarked;
