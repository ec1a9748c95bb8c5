package pinflow.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

class ObjectStoreTest {

  private static final String BUCKET = "user-0e03d1c30c91-bucket";

  @TempDir static Path folder;
  private static ObjectStore store;
  private static S3Client s3;

  @BeforeAll
  static void start() {
    store = ObjectStore.start(folder, 0, "access", "secret");
    s3 = client(store, "secret");
    s3.createBucket(b -> b.bucket(BUCKET));
  }

  @AfterAll
  static void stop() {
    s3.close();
    store.close();
  }

  @Test
  void anObjectIsWrittenOnceWhoeverElseTries() {
    PutObjectRequest once =
        PutObjectRequest.builder()
            .bucket(BUCKET)
            .key("topics/t/partition=0/t+0+0000000000.json")
            .ifNoneMatch("*")
            .metadata(Map.of("first-offset", "0", "last-offset", "9"))
            .build();
    assertThat(statusOfPut(once, "first\n")).isEqualTo(200);
    assertThat(statusOfPut(once, "second\n")).isEqualTo(412);

    var found = s3.getObjectAsBytes(b -> b.bucket(BUCKET).key(once.key()));
    assertThat(found.asUtf8String()).isEqualTo("first\n");
    assertThat(found.response().metadata())
        .isEqualTo(Map.of("first-offset", "0", "last-offset", "9"));

    PutObjectRequest raced =
        once.toBuilder().key("topics/t/partition=0/t+0+0000000010.json").build();
    assertThat(IntStream.range(0, 20).parallel().map(i -> statusOfPut(raced, "by " + i)).boxed())
        .hasSize(20)
        .containsOnly(200, 412)
        .containsOnlyOnce(200);
  }

  @Test
  void listsFromAKeyOnAndByFolder() {
    for (String key :
        new String[] {"list/a/1", "list/a/2", "list/a/3", "list/b/1", "list/é +%.json"}) {
      s3.putObject(b -> b.bucket(BUCKET).key(key), RequestBody.fromString("x"));
    }
    assertThat(
            s3.listObjectsV2(b -> b.bucket(BUCKET).prefix("list/a/").startAfter("list/a/1"))
                .contents())
        .extracting(S3Object::key)
        .containsExactly("list/a/2", "list/a/3");
    var folders = s3.listObjectsV2(b -> b.bucket(BUCKET).prefix("list/").delimiter("/"));
    assertThat(folders.commonPrefixes())
        .extracting(CommonPrefix::prefix)
        .containsExactly("list/a/", "list/b/");
    assertThat(folders.contents()).extracting(S3Object::key).containsExactly("list/é +%.json");
    assertThat(
            s3.listObjectsV2Paginator(b -> b.bucket(BUCKET).prefix("list/a/").maxKeys(1))
                .contents())
        .hasSize(3);
  }

  @Test
  void keepsOutWhoHasNotTheKey() {
    try (S3Client stranger = client(store, "guess")) {
      assertThatThrownBy(() -> stranger.listObjectsV2(b -> b.bucket(BUCKET)))
          .isInstanceOfSatisfying(
              S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(403));
    }
  }

  @Test
  void namesThePortThatIsTaken() {
    int taken = store.endpoint().getPort();
    assertThatThrownBy(() -> ObjectStore.start(folder, taken, "access", "secret"))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("Port " + taken + " (store.port)");
  }

  private static int statusOfPut(PutObjectRequest request, String body) {
    try {
      return s3.putObject(request, RequestBody.fromString(body)).sdkHttpResponse().statusCode();
    } catch (S3Exception e) {
      return e.statusCode();
    }
  }

  private static S3Client client(ObjectStore store, String secret) {
    return S3Client.builder()
        .endpointOverride(store.endpoint())
        .region(Region.US_EAST_1)
        .forcePathStyle(true)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("access", secret)))
        .build();
  }
}
