package pinflow.oracle;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Posts made by hand so that each rule of facts/cleaning.md and each trap of facts/queries.md has
 * one that catches a wrong reading. {@link OracleTest} holds the answers, reckoned by hand.
 */
public final class NastySet {

  private NastySet() {}

  /**
   * Writes {@code pin.jsonl}, {@code geo.jsonl} and {@code user.jsonl} as {@code pinflow source
   * export} does, by {@code ind} and for one {@code ind} in the order of events. Everything in them
   * fits the source tables' SQL types.
   */
  public static void write(Path dir) {
    List<Post> posts =
        Stream.of(CleaningTraps.posts(), AnswerTraps.posts())
            .flatMap(List::stream)
            .sorted(Comparator.comparingLong(Post::ind))
            .toList();
    try {
      Files.createDirectories(dir);
      write(dir.resolve("pin.jsonl"), posts.stream().flatMap(post -> post.pin.stream()).toList());
      write(dir.resolve("geo.jsonl"), posts.stream().flatMap(post -> post.geo.stream()).toList());
      write(dir.resolve("user.jsonl"), posts.stream().flatMap(post -> post.user.stream()).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes three files of the same names whose lines no SQL column can hold: each is the JSON text
   * of one record's value, to be posted as it stands, keyed by its {@code ind}, in the order of the
   * lines.
   */
  public static void writeWire(Path dir) {
    try {
      Files.createDirectories(dir);
      for (String table : Oracle.TABLES) {
        try (InputStream lines = NastySet.class.getResourceAsStream("wire/" + table + ".jsonl")) {
          if (lines == null) {
            throw new IllegalStateException(
                "wire/" + table + ".jsonl is not among the test resources");
          }
          Files.write(dir.resolve(table + ".jsonl"), lines.readAllBytes());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path file, List<Map<String, @Nullable Object>> rows)
      throws IOException {
    ObjectMapper json = new ObjectMapper();
    try (BufferedWriter lines = Files.newBufferedWriter(file)) {
      for (Map<String, @Nullable Object> row : rows) {
        lines.write(json.writeValueAsString(row) + "\n");
      }
    }
  }
}
