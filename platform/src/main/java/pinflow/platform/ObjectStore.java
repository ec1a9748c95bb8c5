package pinflow.platform;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * An S3 store over a folder: s3proxy in this process. Path-style addresses, any region, signature
 * version 4.
 *
 * <p>{@code If-None-Match: *} is enforced. Objects are not synced to disk: after a loss of power
 * one may be torn.
 */
public final class ObjectStore implements AutoCloseable {

  /** Time for requests under way when the store is closed, in ms. */
  private static final long DRAIN_MS = 2_000;

  private final S3Proxy proxy;

  private ObjectStore(S3Proxy proxy) {
    this.proxy = proxy;
  }

  /**
   * Starts a store; buckets are folders in {@code folder}, which is made if it is missing.
   *
   * @param port 0 for any free one
   * @throws PlatformException if the port is taken, or the folder cannot be written or keeps no
   *     extended attributes
   */
  public static ObjectStore start(Path folder, int port, String accessKey, String secretKey) {
    prepare(folder);
    return Ports.start(port, "store.port", free -> startOn(free, folder, accessKey, secretKey));
  }

  private static ObjectStore startOn(int port, Path folder, String accessKey, String secretKey) {
    URI endpoint = URI.create("http://127.0.0.1:" + port);
    S3Proxy proxy =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(folder.toAbsolutePath().toString()))
            .endpoint(endpoint)
            .awsAuthentication(AuthenticationType.AWS_V4, accessKey, secretKey)
            .stopTimeout(DRAIN_MS)
            .build();
    try {
      proxy.start();
    } catch (Exception e) {
      throw new PlatformException(
          "The object store did not start at %s (store.port): %s"
              .formatted(endpoint, e.getMessage()),
          e);
    }
    return new ObjectStore(proxy);
  }

  /** {@code http://127.0.0.1:port}. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + proxy.getPort());
  }

  @Override
  public void close() {
    try {
      proxy.stop();
    } catch (Exception e) {
      throw new PlatformException(
          "The object store did not stop in good order: " + e.getMessage(), e);
    }
  }

  /** Where extended attributes are missing s3proxy drops the metadata of objects without a word. */
  private static void prepare(Path folder) {
    try {
      Files.createDirectories(folder);
      Path probe = Files.createTempFile(folder, ".probe", null);
      try {
        UserDefinedFileAttributeView view =
            Files.getFileAttributeView(probe, UserDefinedFileAttributeView.class);
        if (view == null) {
          throw new IOException("no extended attributes");
        }
        view.write("user.probe", ByteBuffer.wrap(new byte[] {1}));
      } finally {
        Files.delete(probe);
      }
    } catch (IOException e) {
      throw new PlatformException(
          "The folder %s cannot hold the object store: %s; it must be writable and on a file system with extended"
                  .formatted(folder, e)
              + " attributes (ext4, xfs, btrfs, APFS, NTFS); choose another with --dir.",
          e);
    }
  }
}
