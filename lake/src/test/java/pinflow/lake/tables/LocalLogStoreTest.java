package pinflow.lake.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalLogStoreTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir java.nio.file.Path folder;

  @Test
  void ofTwoWritersOfAVersionOneSucceeds() throws IOException {
    int versions = 100;
    List<List<String>> winners =
        LogStoreRace.winners(
            versions,
            () -> new LocalLogStore(HADOOP),
            version -> new Path(file(version).toUri()),
            HADOOP);

    for (int version = 0; version < versions; version++) {
      assertThat(winners.get(version)).hasSize(1);
      assertThat(Files.readAllLines(file(version)))
          .containsExactly(winners.get(version).get(0), "end");
    }
    try (var files = Files.list(folder.resolve("_delta_log"))) {
      assertThat(files).as("no temporary file is left").hasSize(versions);
    }
  }

  @Test
  void aFileIsReplacedWhenThatIsAskedFor() throws IOException {
    LocalLogStore store = new LocalLogStore(HADOOP);
    store.write(new Path(file(0).toUri()), List.of("old", "old").iterator(), true, HADOOP);
    store.write(new Path(file(0).toUri()), List.of("new \u05e9").iterator(), true, HADOOP);

    assertThat(Files.readAllLines(file(0))).containsExactly("new \u05e9");
  }

  /** VACUUM lists so. */
  @Test
  void filesAreListedFromANameThatNoneCanHave() throws IOException {
    LocalLogStore store = new LocalLogStore(HADOOP);
    store.write(new Path(file(0).toUri()), List.of("0").iterator(), true, HADOOP);
    store.write(new Path(file(1).toUri()), List.of("1").iterator(), true, HADOOP);

    List<String> names = new ArrayList<>();
    store
        .listFrom(new Path(folder.resolve("_delta_log").toUri() + "/\0"), HADOOP)
        .forEachRemaining(found -> names.add(found.getPath().getName()));
    assertThat(names)
        .containsExactly(file(0).getFileName().toString(), file(1).getFileName().toString());
  }

  private java.nio.file.Path file(int version) {
    return folder.resolve("_delta_log").resolve("%020d.json".formatted(version));
  }
}
