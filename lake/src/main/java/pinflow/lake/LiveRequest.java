package pinflow.lake;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pinflow.lake.batch.Store;
import pinflow.lake.live.Kinesis;

/**
 * The first line on standard input of {@link LiveJob} (contracts/lake-job.md).
 *
 * @param id of which the streams are {@code streaming-<id>-pin} and so on
 * @param store null if neither the tables nor the checkpoints are in one
 * @param checkpoints a folder of its own for each of {@code pin}, {@code geo}, {@code user}
 * @param compactAfter commits after which a query writes its tables' small files together
 */
record LiveRequest(
    @JsonProperty(required = true) String id,
    @JsonProperty(required = true) Kinesis kinesis,
    @Nullable Store store,
    @JsonProperty(required = true) Request.Lake lake,
    @JsonProperty(required = true) Map<String, String> checkpoints,
    @JsonProperty(required = true) int compactAfter) {}
