package pinflow.lake.rules;

import org.apache.spark.sql.Column;

/**
 * One rule that a record must keep.
 *
 * @param name as it stands in {@code quarantine} and in metrics, such as {@code ind.invalid}
 * @param broken true for a row that breaks it, otherwise false; never null
 */
record Rule(String name, Column broken) {}
