package pinflow.source.emulate;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the log holds a record, as its door told it. */
sealed interface Receipt {
  /** The same with the record's ind before it, for the journal. */
  List<@Nullable Object> of(@Nullable Long ind);

  /** In a topic. */
  record Offset(int partition, long offset) implements Receipt {
    @Override
    public List<@Nullable Object> of(@Nullable Long ind) {
      return Arrays.asList(ind, partition, offset);
    }
  }

  /** In a stream. */
  record SequenceNumber(String shardId, String number) implements Receipt {
    @Override
    public List<@Nullable Object> of(@Nullable Long ind) {
      return Arrays.asList(ind, shardId, number);
    }
  }
}
