package pinflow.lake.answers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * A question, as its file {@code answers/<name>.sql} has it.
 *
 * @param text the question itself, the file's first line
 * @param joined the condition over {@code posts} of the rows that it joins
 * @param unmatched that of the rows which found no partner
 * @param used that of the joined rows which count
 * @param sql over {@code posts} and {@code users}; its order is the answer's
 */
record Question(
    String name, String text, String joined, String unmatched, String used, String sql) {
  static final List<Question> ALL =
      List.of(
          read("category_by_country"),
          read("category_by_year"),
          read("top_user_by_country"),
          read("top_country"),
          read("category_by_age_group"),
          read("followers_by_age_group"),
          read("users_joined_by_year"),
          read("followers_by_join_year"),
          read("followers_by_join_year_and_age_group"));

  /** The table of its answer. */
  String table() {
    return "answers/" + name;
  }

  private static Question read(String name) {
    String sql = resource(name);
    return new Question(
        name,
        line(sql, ""),
        line(sql, "joined: "),
        line(sql, "unmatched: "),
        line(sql, "used: "),
        sql);
  }

  /** The first comment of that kind. */
  private static String line(String sql, String kind) {
    return sql.lines()
        .filter(line -> line.startsWith("-- " + kind))
        .map(line -> line.substring(3 + kind.length()))
        .findFirst()
        .orElseThrow();
  }

  static String resource(String name) {
    try (InputStream file =
        Question.class.getResourceAsStream("/pinflow/lake/answers/" + name + ".sql")) {
      return new String(Objects.requireNonNull(file, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
