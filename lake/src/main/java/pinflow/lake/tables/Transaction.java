package pinflow.lake.tables;

/**
 * A commit's identity: a table takes the commits of an application in rising versions and skips one
 * whose version it has had.
 *
 * @param application such as {@code pinflow-daily}
 * @param version such as the number of a batch
 */
public record Transaction(String application, long version) {}
