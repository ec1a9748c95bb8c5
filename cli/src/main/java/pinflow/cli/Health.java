package pinflow.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Asks the parts of a running Pinflow whether they answer. */
final class Health {
  private static final int PATIENCE_MS = 2_000;

  private Health() {}

  /** The parts that take no connection, by name. */
  static List<String> silent(Running running) {
    List<String> silent = new ArrayList<>();
    for (Map.Entry<String, String> part : running.addresses().entrySet()) {
      if (!part.getValue().equals("aws") && !answers(part.getValue())) {
        silent.add(part.getKey());
      }
    }
    return silent;
  }

  private static boolean answers(String address) {
    String first = address.replaceFirst("^jdbc:", "").split(",", 2)[0];
    URI uri = URI.create(first.contains("://") ? first : "tcp://" + first);
    int port = uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(uri.getHost(), port), PATIENCE_MS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
