package pinflow.platform;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/** What is asked of a value in the configuration; each failure names the key. */
final class Check {
  /** Instead of an address: start the part here. */
  static final String EMBEDDED = "embedded";

  private Check() {}

  static void address(String key, String address) {
    if (address.isBlank()) {
      throw new IllegalArgumentException(key + " is empty; give an address or the word embedded");
    }
  }

  /** Either {@code embedded} or an http or https URL. */
  static void url(String key, String url) {
    address(key, url);
    if (!url.equals(EMBEDDED) && !isHttp(url)) {
      throw new IllegalArgumentException(
          "%s is %s; it must be embedded or a URL such as http://host:8083".formatted(key, url));
    }
  }

  private static boolean isHttp(String url) {
    try {
      URI uri = new URI(url);
      return uri.getHost() != null && List.of("http", "https").contains(uri.getScheme());
    } catch (URISyntaxException e) {
      return false;
    }
  }

  static void port(String key, int port) {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException(
          "%s is %d; a port is 1 to 65535, or 0 for a free one".formatted(key, port));
    }
  }

  static void range(String key, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s is %d; it must be %d to %d".formatted(key, value, least, most));
    }
  }
}
