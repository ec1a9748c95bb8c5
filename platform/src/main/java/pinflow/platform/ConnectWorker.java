package pinflow.platform;

import java.net.URI;
import java.nio.file.Path;

public final class ConnectWorker implements AutoCloseable {
  private ConnectWorker() {}

  public static ConnectWorker start(
      String bootstrap, int port, Path pluginFolder, Path secretsFolder) {
    throw new PlatformException("not yet");
  }

  public URI url() {
    throw new PlatformException("not yet");
  }

  @Override
  public void close() {}
}
