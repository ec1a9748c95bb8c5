package pinflow.bench;

import java.nio.file.Path;
import pinflow.audit.StoredObjects;
import pinflow.audit.StoredObjects.Store;
import pinflow.platform.ObjectStore;

/**
 * A bucket in the embedded store, in this JVM as in that of {@code pinflow up}.
 *
 * @param files the folder in which its objects are files
 */
record Bucket(ObjectStore server, Store store, Path files) implements AutoCloseable {
  static Bucket start(Path folder) {
    String accessKey = "bench-access-key";
    String secretKey = "bench-secret-key";
    ObjectStore server = ObjectStore.start(folder, 0, accessKey, secretKey);
    Store store =
        new Store(server.endpoint(), "us-east-1", "posts", accessKey, secretKey, "topics");
    try (StoredObjects objects = new StoredObjects(store)) {
      objects.createBucket();
    }
    return new Bucket(server, store, folder.resolve(store.bucket()).resolve(store.prefix()));
  }

  @Override
  public void close() {
    server.close();
  }
}
