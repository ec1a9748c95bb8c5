package pinflow.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import pinflow.platform.Broker;

/**
 * A broker and a gateway for tests of other modules, whose class paths do not go together with
 * these: a process of its own that prints the gateway's URL. A line {@code down} on its standard
 * input ends the gateway, {@code up} starts it again at the same port; either is answered by a line
 * when it is done. Ends when its standard input does.
 */
public final class GatewayProcess {
  private GatewayProcess() {}

  /**
   * @param folder the broker's
   */
  public static void main(String[] folder) throws IOException {
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    try (Broker broker = Broker.start(Path.of(folder[0]), 0)) {
      Gateway gateway = Gateway.start(GatewayConfig.of("127.0.0.1", 0, broker.bootstrap()));
      int port = gateway.url().getPort();
      System.out.println(gateway.url());
      for (String line = commands.readLine(); line != null; line = commands.readLine()) {
        if (line.equals("down")) {
          gateway.close();
        } else {
          gateway = Gateway.start(GatewayConfig.of("127.0.0.1", port, broker.bootstrap()));
        }
        System.out.println(line);
      }
      gateway.close();
    }
  }
}
