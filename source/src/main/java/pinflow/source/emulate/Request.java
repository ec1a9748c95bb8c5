package pinflow.source.emulate;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pinflow.source.SourceTable;

/**
 * One request to a topic or stream, the same however often it is sent.
 *
 * @param chunk the ordinal in the run of the posts that it is a part of
 * @param key its {@code Idempotency-Key}
 * @param inds the keys of its records, in order
 * @param body {@code {"records":[…]}} in the dialect's form, UTF-8
 */
record Request(long chunk, SourceTable table, String key, List<@Nullable Long> inds, byte[] body) {

  int records() {
    return inds.size();
  }
}
