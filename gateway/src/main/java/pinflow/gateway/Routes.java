package pinflow.gateway;

import io.vertx.core.http.HttpMethod;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which path is whose. One segment may stand before any path, the stage of an API gateway: {@code
 * /dev/topics/t} is {@code /topics/t}.
 */
public final class Routes {
  private final List<Route> routes = new ArrayList<>();

  private record Route(HttpMethod method, List<String> pattern, Consumer<Exchange> handler) {}

  /** What a path leads to. */
  sealed interface Match {
    record Found(Consumer<Exchange> handler, Map<String, String> parameters) implements Match {}

    record OtherMethod(Set<String> allowed) implements Match {}

    record Nowhere() implements Match {}
  }

  /**
   * @param pattern such as {@code /topics/{topic}}; a segment in braces matches any text
   */
  public void add(HttpMethod method, String pattern, Consumer<Exchange> handler) {
    routes.add(new Route(method, segments(pattern), handler));
  }

  Match match(HttpMethod method, String path) {
    List<String> segments = segments(path);
    Match match = match(method, segments);
    return match instanceof Match.Nowhere && segments.size() > 1
        ? match(method, segments.subList(1, segments.size()))
        : match;
  }

  private Match match(HttpMethod method, List<String> segments) {
    Set<String> allowed = new TreeSet<>();
    for (Route route : routes) {
      Map<String, String> parameters = parameters(route.pattern(), segments);
      if (parameters != null && route.method().equals(method)) {
        return new Match.Found(route.handler(), parameters);
      }
      if (parameters != null) {
        allowed.add(route.method().name());
      }
    }
    return allowed.isEmpty() ? new Match.Nowhere() : new Match.OtherMethod(allowed);
  }

  private static @Nullable Map<String, String> parameters(
      List<String> pattern, List<String> segments) {
    if (pattern.size() != segments.size()) {
      return null;
    }
    Map<String, String> parameters = new HashMap<>();
    for (int i = 0; i < pattern.size(); i++) {
      String expected = pattern.get(i);
      String segment = segments.get(i);
      if (!expected.startsWith("{")) {
        if (!expected.equals(segment)) {
          return null;
        }
        continue;
      }
      try {
        // In a path, unlike a form, a plus is a plus.
        String decoded = URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        parameters.put(expected.substring(1, expected.length() - 1), decoded);
      } catch (IllegalArgumentException e) {
        return null; // a broken escape names nothing
      }
    }
    return parameters;
  }

  private static List<String> segments(String path) {
    return Arrays.stream(path.split("/")).filter(segment -> !segment.isEmpty()).toList();
  }
}
