package pinflow.lake;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;
import pinflow.lake.batch.Store;

/**
 * The first line on standard input (contracts/lake-job.md).
 *
 * @param id of which the topics are {@code <id>.pin}, {@code <id>.geo}, {@code <id>.user}
 * @param store null if only {@code sql} and {@code script} will be asked for
 * @param rows how many posts to expect
 */
record Request(
    @JsonProperty(required = true) String id,
    @Nullable Store store,
    @JsonProperty(required = true) Lake lake,
    @JsonProperty(required = true) long rows) {
  /**
   * @param location the folder of the tables: {@code file:///…} or {@code s3a://bucket/prefix}
   * @param master of Spark; null for {@code local[*]}
   */
  record Lake(@JsonProperty(required = true) String location, @Nullable String master) {}
}
