package pinflow.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A row as it leaves the database.
 *
 * @param ind the value of the key column
 * @param value all columns of the table, in the database's order; datetimes as {@code 2020-08-28
 *     03:52:47}
 */
public record Row(@Nullable Long ind, ObjectNode value) {}
