package pinflow.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import pinflow.platform.Broker;

/**
 * A broker in a process of its own, which can be made to hang. Ends when its standard input does.
 */
final class BrokerProcess implements AutoCloseable {
  private final Process process;
  private final String bootstrap;

  private BrokerProcess(Process process, String bootstrap) {
    this.process = process;
    this.bootstrap = bootstrap;
  }

  static BrokerProcess start(Path folder) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                BrokerProcess.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    return new BrokerProcess(
        process,
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8)).readLine());
  }

  public static void main(String[] folder) throws IOException {
    try (Broker broker = Broker.start(Path.of(folder[0]), 0)) {
      System.out.println(broker.bootstrap());
      while (System.in.read() >= 0) {
        // until the parent is gone
      }
    }
  }

  String bootstrap() {
    return bootstrap;
  }

  void hang() throws IOException, InterruptedException {
    signal("STOP");
  }

  void goOn() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    if (new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor()
        != 0) {
      throw new IOException("no signal " + name + " to " + process.pid());
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
