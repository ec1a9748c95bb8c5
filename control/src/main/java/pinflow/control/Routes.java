package pinflow.control;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which path is whose. */
public final class Routes {
  private final List<Route> routes = new ArrayList<>();

  private record Route(String method, List<String> pattern, Function<Call, Answer> handler) {}

  /**
   * @param pattern such as {@code /runs/{id}}; a segment in braces matches any text
   */
  public void add(String method, String pattern, Function<Call, Answer> handler) {
    routes.add(new Route(method, segments(pattern), handler));
  }

  record Found(Function<Call, Answer> handler, Map<String, String> path) {}

  /**
   * @throws ApiException when nothing is there
   */
  Found find(String method, String path) {
    List<String> segments = segments(path);
    TreeSet<String> others = new TreeSet<>();
    for (Route route : routes) {
      Map<String, String> parts = parts(route.pattern(), segments);
      if (parts != null && route.method().equals(method)) {
        return new Found(route.handler(), parts);
      }
      if (parts != null) {
        others.add(route.method());
      }
    }
    if (!others.isEmpty()) {
      throw new ApiException(
          ApiError.METHOD_NOT_ALLOWED,
          "%s does not take %s, but %s.".formatted(path, method, String.join(", ", others)));
    }
    throw new ApiException(
        ApiError.ENDPOINT_NOT_FOUND,
        "No API found for '%s %s'. docs/jobs.md has those that there are.".formatted(method, path));
  }

  private static @Nullable Map<String, String> parts(List<String> pattern, List<String> segments) {
    if (pattern.size() != segments.size()) {
      return null;
    }
    Map<String, String> parts = new HashMap<>();
    for (int i = 0; i < pattern.size(); i++) {
      String expected = pattern.get(i);
      if (expected.startsWith("{")) {
        parts.put(expected.substring(1, expected.length() - 1), segments.get(i));
      } else if (!expected.equals(segments.get(i))) {
        return null;
      }
    }
    return parts;
  }

  private static List<String> segments(String path) {
    return Stream.of(path.split("/")).filter(segment -> !segment.isEmpty()).toList();
  }

  /** A query's names and values, decoded. */
  static List<Map.Entry<String, String>> query(@Nullable String query) {
    if (query == null || query.isEmpty()) {
      return List.of();
    }
    try {
      return Stream.of(query.split("&"))
          .map(field -> field.split("=", 2))
          .map(field -> Map.entry(decoded(field[0]), field.length < 2 ? "" : decoded(field[1])))
          .collect(Collectors.toList());
    } catch (IllegalArgumentException e) {
      throw new ApiException(
          ApiError.MALFORMED_REQUEST, "The query has a broken escape: %s.".formatted(query));
    }
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
