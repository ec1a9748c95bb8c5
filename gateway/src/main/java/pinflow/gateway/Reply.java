package pinflow.gateway;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer.
 *
 * @param contentType null when there is no body
 */
// A carrier, never compared.
@SuppressWarnings("ArrayRecordComponent")
public record Reply(
    int status, @Nullable String contentType, byte[] body, Map<String, String> headers) {

  public static Reply of(int status, String contentType, byte[] body) {
    return new Reply(status, contentType, body, Map.of());
  }

  public static Reply empty(int status) {
    return new Reply(status, null, new byte[0], Map.of());
  }
}
