package pinflow.crash;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** What becomes of the same posts when nobody disturbs anything. */
final class Undisturbed {
  private static final Duration READY = Duration.ofMinutes(3);

  private Undisturbed() {}

  static void generate(Pinflow target, int posts) {
    target.run("source", "generate", "--posts", Integer.toString(posts), "--seed", "7", "-q");
  }

  /**
   * Ends a Pinflow that runs, and holds its tables against those of the same posts sent through
   * once.
   *
   * @param folder takes the other one
   * @return the tables' contents
   */
  static List<String> expectEqual(Pinflow disturbed, int posts, Path folder) throws IOException {
    List<String> found = contents(disturbed);
    disturbed.run("down", "-q");
    Pinflow other = disturbed.another(folder);
    Pinflow.Command up = other.start("", "up", "--json");
    try {
      Pinflow.isReady(up, READY);
      generate(other, posts);
      other.run("emulate", "batch", "-q");
      other.run("job", "daily", "-q");
      List<String> expected = contents(other);
      if (!found.equals(expected)) {
        throw new CrashException(
            "the tables differ from those of an undisturbed run: %s instead of %s"
                .formatted(found, expected));
      }
      other.run("down", "-q");
      return found;
    } finally {
      up.process().destroy();
      up.ends(READY);
    }
  }

  /** Rows and content of each table, whatever the order and the place in the log. */
  private static List<String> contents(Pinflow pinflow) {
    return Stream.of("pin", "geo", "user")
        .map(
            table -> {
              JsonNode row =
                  pinflow.json(
                      "query",
                      "--format",
                      "json",
                      "--sql",
                      "SELECT count(*) AS n, hex(bit_xor(xxhash64(*))) AS content FROM (SELECT * EXCEPT"
                          + " (_topic, _partition, _offset, _timestamp) FROM "
                          + table
                          + ")");
              return table + " " + row;
            })
        .toList();
  }
}
