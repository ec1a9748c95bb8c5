package pinflow.crash;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between the emulator and the gateway and cuts the connection in the place of some replies:
 * the request was carried out, and its sender does not get to know.
 */
final class CuttingProxy implements Closeable {
  private final ServerSocket server;
  private final int target;
  private final double share;
  private final SplittableRandom random;
  private final AtomicLong replies = new AtomicLong();
  private final AtomicLong cut = new AtomicLong();

  /**
   * @param target the port of the gateway
   * @param share of the replies that are cut, 0 to 1
   */
  CuttingProxy(int target, double share, long seed) throws IOException {
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.target = target;
    this.share = share;
    this.random = new SplittableRandom(seed);
    daemon(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  long replies() {
    return replies.get();
  }

  long cut() {
    return cut.get();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        daemon(() -> forward(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void forward(Socket client) {
    Socket gateway = new Socket();
    try (client;
        gateway) {
      gateway.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), 2_000);
      daemon(() -> forward(client, gateway));
      InputStream in = gateway.getInputStream();
      OutputStream out = client.getOutputStream();
      byte[] buffer = new byte[64 * 1024];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        // HTTP/1.1 without pipelining: a reply begins with these letters, in a packet of its own.
        if (new String(buffer, 0, Math.min(read, 5), java.nio.charset.StandardCharsets.US_ASCII)
            .equals("HTTP/")) {
          replies.incrementAndGet();
          if (draw() < share) {
            cut.incrementAndGet();
            return;
          }
        }
        out.write(buffer, 0, read);
      }
    } catch (IOException e) {
      // One of both is gone, and so is the connection: the client tries again.
    }
  }

  private static void forward(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // As above.
    }
  }

  private synchronized double draw() {
    return random.nextDouble();
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
