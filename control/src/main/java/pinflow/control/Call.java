package pinflow.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A request that is read: its path's parts, and its fields, which may stand in the query or in a
 * JSON body, also of a GET. Numbers and truth values may be written as strings.
 *
 * @param fields the body's, and the query's over them
 * @param userAgent as the client calls itself; empty if it does not
 */
public record Call(Map<String, String> path, ObjectNode fields, String userAgent) {
  /**
   * @throws ApiException if the body is no JSON object
   */
  static Call of(
      Map<String, String> path,
      List<Map.Entry<String, String>> query,
      byte[] body,
      @Nullable String userAgent) {
    ObjectNode fields = Answer.JSON.createObjectNode();
    if (body.length > 0) {
      try {
        JsonNode json = Answer.JSON.readTree(body);
        if (json instanceof ObjectNode object) {
          fields.setAll(object);
        } else if (!json.isMissingNode()) {
          throw new ApiException(
              ApiError.MALFORMED_REQUEST, "The body is no JSON object. Send fields in braces.");
        }
      } catch (JsonProcessingException e) {
        throw new ApiException(
            ApiError.MALFORMED_REQUEST,
            "The body is no JSON: %s. Check its quotes and commas."
                .formatted(e.getOriginalMessage()));
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
    query.forEach(entry -> fields.put(entry.getKey(), entry.getValue()));
    return new Call(path, fields, userAgent == null ? "" : userAgent);
  }

  /** A part of the path by its name in the route. */
  public String part(String name) {
    return Objects.requireNonNull(path.get(name), name);
  }

  public @Nullable String text(String field) {
    JsonNode value = fields.path(field);
    return value.isValueNode() && !value.isNull() && !value.asText().isEmpty()
        ? value.asText()
        : null;
  }

  /**
   * @throws ApiException if it is not given or no number
   */
  public long number(String field) {
    return number(field, null);
  }

  /**
   * @param otherwise when it is not given; null to refuse that
   */
  public long number(String field, @Nullable Long otherwise) {
    String text = text(field);
    if (text == null && otherwise != null) {
      return otherwise;
    }
    if (text == null) {
      throw invalid("%s is missing; it must be a number.".formatted(field));
    }
    return parse(field, text);
  }

  /** A number between these. */
  public int number(String field, int otherwise, int least, int most) {
    long value = number(field, (long) otherwise);
    if (value < least || value > most) {
      throw invalid("%s is %d; it must be %d to %d.".formatted(field, value, least, most));
    }
    return (int) value;
  }

  public static long parse(String field, String text) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw invalid("%s is %s; it must be a number.".formatted(field, text));
    }
  }

  public boolean is(String field) {
    return "true".equalsIgnoreCase(text(field));
  }

  /**
   * An object's values as text: a run's parameters.
   *
   * @throws ApiException if it is something else
   */
  public static Map<String, String> texts(String field, JsonNode object) {
    Map<String, String> texts = new TreeMap<>();
    if (!object.isObject() && !object.isMissingNode() && !object.isNull()) {
      throw invalid("%s is no object; it must be {\"name\": \"value\"}.".formatted(field));
    }
    object
        .properties()
        .forEach(
            entry -> {
              JsonNode value = entry.getValue();
              texts.put(entry.getKey(), value.isValueNode() ? value.asText() : value.toString());
            });
    return texts;
  }

  public static ApiException invalid(String message) {
    return new ApiException(ApiError.INVALID_PARAMETER_VALUE, message);
  }
}
