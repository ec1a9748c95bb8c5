package pinflow.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** An HTTP answer. */
public record Answer(int status, String contentType, byte[] body, Map<String, String> headers) {
  static final ObjectMapper JSON = new ObjectMapper();

  public Answer {
    headers = Map.copyOf(headers);
  }

  public static Answer json(JsonNode body) {
    return json(200, body);
  }

  private static Answer json(int status, JsonNode body) {
    return new Answer(
        status, "application/json", body.toString().getBytes(StandardCharsets.UTF_8), Map.of());
  }

  /** {@code {}}: clients parse every 2xx. */
  public static Answer empty() {
    return json(JSON.createObjectNode());
  }

  static Answer error(ApiError error, String message) {
    return json(
        error.status(),
        JSON.createObjectNode().put("error_code", error.name()).put("message", message));
  }

  Answer with(String header, String value) {
    return new Answer(status, contentType, body, Map.of(header, value));
  }
}
